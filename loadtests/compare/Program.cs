using System.Globalization;
using System.Runtime.InteropServices;
using UltraAI.Gateway.Compare;
using UltraAI.Gateway.Compare.Reports;
using UltraAI.Gateway.Compare.Targets;
using UltraAI.Gateway.Compare.Upstream;
using UltraAI.Gateway.Compare.Yarp;
using CompareOptions = UltraAI.Gateway.Compare.CompareOptions;

int Port(int place) => int.Parse(args[place], CultureInfo.InvariantCulture);

if (args is ["yarp", ..])
{
    return await PlainYarp.RunAsync(Port(1), args[2], args[3], args[4].Length > 0 ? args[4] : null, Version.Parse(args[5]));
}

// The load and the upstream are to be cheap: what arrives is handled on the thread that it arrives on. Set before any socket is made, and
// taken out again for what is measured.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
if (args is ["upstream", ..])
{
    return await UpstreamServer.RunAsync(Port(1), [Port(2), Port(3)], args[4], args[5]);
}

if (args is ["--help" or "-h"])
{
    Console.WriteLine(CompareOptions.Usage);
    return 0;
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Rig.Abandon());
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Rig.Abandon());
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => Rig.Abandon());
try
{
    if (!OperatingSystem.IsLinux())
    {
        throw new CompareException("CPU time and memory of processes are read from Linux' /proc.");
    }

    return await RunAsync(CompareOptions.Parse(args));
}
catch (Exception exception) when (exception is CompareException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
finally
{
    Rig.Abandon();
}

static async Task<int> RunAsync(CompareOptions options)
{
    ComparisonReport.Prepare(options.Output);
    await using var rig = await Rig.StartAsync(options);
    var comparison = new Comparison(rig, options);
    var report = new ComparisonReport(options, comparison.Results, comparison.Missing);
    try
    {
        await comparison.RunAsync(report.WriteAsync);
    }
    finally
    {
        Console.WriteLine(report.Markdown());
        await comparison.StopAsync();
    }

    if (report.ExitCode == 2)
    {
        Console.Error.WriteLine("Nothing was measured: this machine has none of these targets.");
    }

    return report.ExitCode;
}
