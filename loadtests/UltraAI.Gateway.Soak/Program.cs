using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using UltraAI.Gateway.Compare;
using UltraAI.Gateway.Soak;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (SoakOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(SoakOptions.Usage);
    return 2;
}

try
{
    await using var gateway = await GatewayUnderTest.StartAsync();
    return await RunAsync(gateway, options);
}
catch (CompareException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

static async Task<int> RunAsync(GatewayUnderTest gateway, SoakOptions options)
{
    using var traffic = new Traffic(gateway.Address, options.Clients);
    using var sampler = new Sampler(gateway);
    var time = TimeSpan.FromMinutes(options.Minutes);

    // Enough pauses for a slope, and no more of them than needed.
    var round = TimeSpan.FromSeconds(Math.Clamp(time.TotalSeconds / 20, 10, 60));
    var samples = new List<Sample>();
    var watch = Stopwatch.StartNew();
    Console.WriteLine("minutes  threads  handles  connections  heap after GC, MB  working set, MB  requests");

    // What is made once is made by then, such as the server's buffers for as many uploads as come together: it is no growth.
    const int WarmRounds = 5;
    await traffic.FillAsync();
    for (var i = 0; i < WarmRounds; i++)
    {
        await traffic.RunAsync(round);
        gateway.Reload();
    }

    watch.Restart();
    while (watch.Elapsed < time)
    {
        await traffic.RunAsync(round);
        gateway.Reload();
        var sample = await sampler.TakeAsync(watch.Elapsed);
        samples.Add(sample);
        Console.WriteLine($"{sample.Minutes,7:0.0}  {sample.Threads,7}  {sample.Handles,7}  {sample.Connections,11}  {sample.HeapMegabytes,17:0.00}  {sample.WorkingSetMegabytes,15:0.0}  {sample.Requests,8}");
        if (options.Report is { } file)
        {
            File.AppendAllText(file, JsonSerializer.Serialize(sample) + "\n");
        }
    }

    Console.WriteLine();
    foreach (var (end, count) in traffic.Ends.OrderBy(end => end.Key, StringComparer.Ordinal))
    {
        Console.WriteLine($"{count,9}  {end}");
    }

    Console.WriteLine();
    var last = samples.Skip(samples.Count / 2).ToArray();
    Console.WriteLine(
        $"slopes per minute over the last half: threads {Verdict.Slope(last, sample => sample.Threads):0.00}, handles {Verdict.Slope(last, sample => sample.Handles):0.00}, "
        + $"connections {Verdict.Slope(last, sample => sample.Connections):0.00}, heap after GC {Verdict.Slope(last, sample => sample.HeapMegabytes):0.000} MB");
    string[] faults = [.. Verdict.Of(samples), .. Verdict.OfEnds(traffic.Ends), .. Verdict.OfReloads(gateway.Reloads, await sampler.ReloadsAsync())];
    foreach (var fault in faults)
    {
        Console.WriteLine("FAILED: " + fault);
    }

    Console.WriteLine(faults.Length == 0 ? "level" : $"{faults.Length} failed");
    return faults.Length == 0 ? 0 : 1;
}
