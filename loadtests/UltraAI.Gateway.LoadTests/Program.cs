using NBomber.CSharp;
using UltraAI.Gateway.LoadTests;
using UltraAI.Gateway.LoadTests.Http;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(LoadOptionsParser.Usage);
    return 0;
}

LoadOptions options;
try
{
    options = LoadOptionsParser.Parse(args, Environment.GetEnvironmentVariable("ULTRAAI_KEY"));
    Directory.CreateDirectory(options.Report);
}
catch (Exception exception) when (exception is LoadOptionsException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

using var client = new LoadClient(options);
if (await LoadPreflight.RunAsync(options, client) is { } fault)
{
    Console.Error.WriteLine(fault);
    return 2;
}

var tally = new LoadTally(limited: options.Scenario == LoadScenario.Governance);
var connectionsBefore = client.ConnectionsOpened;
NBomberRunner
    .RegisterScenarios(LoadScenarios.Of(options, client, tally))
    .WithReportFolder(options.Report)
    .WithReportFormats(NBomber.Contracts.Stats.ReportFormat.Html, NBomber.Contracts.Stats.ReportFormat.Csv)
    .Run();

// NBomber does not wait for what hangs.
if (tally.Begun > tally.Total)
{
    Console.WriteLine($"{tally.Begun - tally.Total} requests still run; waiting for them up to {options.Timeout}.");
    await tally.CloseAsync(options.Timeout);
}

var rows = LoadReport.Rows(options, tally, client.ConnectionsOpened - connectionsBefore);
Console.WriteLine(LoadReport.Table(rows));
await File.WriteAllTextAsync(Path.Combine(options.Report, "ultraai.csv"), LoadReport.Csv(rows));

var missed = LoadVerdict.Missed(options, tally);
foreach (var sentence in missed)
{
    Console.Error.WriteLine("MISSED: " + sentence);
}

return missed.Count == 0 ? 0 : 1;
