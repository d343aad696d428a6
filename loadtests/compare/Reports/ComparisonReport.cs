using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Compare.Scenarios;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Reports;

/// <summary>The tables, the JSON and the chart of a comparison.</summary>
internal sealed class ComparisonReport(CompareOptions options, IReadOnlyDictionary<string, Dictionary<string, List<Sample>>> results, IReadOnlyCollection<string> missing)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Gets 0 when the gateway is within every must, 1 when it misses one or something that was asked for gave no figure, 2 when nothing was measured.</summary>
    public int ExitCode => results.Count == 0 ? 2 : HasVoidRow || HasFailedGoal || (options.HasNamedTargets && missing.Any(options.IsAsked)) ? 1 : 0;

    // One round with errors is enough: a comparison in which something breaks is none.
    private bool HasVoidRow => results.Values.SelectMany(targets => targets.Values).Any(rounds => rounds.Any(sample => sample.IsVoid));

    // The figures of a moment say nothing; that there are figures does.
    private bool HasFailedGoal => Goals.Select(Verdict).Any(verdict => verdict == Goal.Void || (verdict == Goal.Missed && !options.IsQuick));

    private IEnumerable<Goal> Goals => GoalList.All.Where(goal => results.ContainsKey(goal.Scenario));

    /// <summary>Makes the folder, and finds out whether it can be written to before it is measured for half an hour.</summary>
    /// <exception cref="CompareException">It can't.</exception>
    public static void Prepare(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.Create(Path.Combine(folder, "compare.new"), 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CompareException($"--output: {exception.Message}");
        }
    }

    public async Task WriteAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(options.Output, "compare.md"), Markdown());
        await File.WriteAllTextAsync(Path.Combine(options.Output, "compare.json"), Json().ToJsonString(Indented));
        await File.WriteAllTextAsync(Path.Combine(options.Output, "compare.svg"), RatioChart.Draw(Ratios()));
    }

    public string Markdown()
    {
        var text = new StringBuilder(Say($"{options.Rounds} rounds of {options.Time.TotalSeconds} s, targets in turns, on {Environment.ProcessorCount} cores ({RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}).\n"));
        if (missing.Count > 0)
        {
            text.Append(Say($"Left out, since this machine doesn't have them: {string.Join(", ", missing)}.\n"));
        }

        text.Append("\n| what | median | lower quartile | must | goal | |\n| --- | ---: | ---: | ---: | ---: | --- |\n");
        foreach (var goal in Goals)
        {
            var figure = goal.Over(results[goal.Scenario]);
            text.Append(Say($"| {goal.What} | {Number(figure.Median)} | {(goal.IsRatio ? Number(figure.Lower) : "")} | ≤ {goal.Must} | ≤ {goal.Aim} | {Verdict(goal)} |\n"));
        }

        foreach (var scenario in ScenarioList.All.Where(scenario => results.ContainsKey(scenario.Name)))
        {
            Table(text, scenario, results[scenario.Name]);
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, Scenario scenario, Dictionary<string, List<Sample>> targets)
    {
        var names = targets.Values.SelectMany(rounds => rounds).SelectMany(sample => sample.Values.Keys).Distinct().Where(name => IsShown(scenario, name)).ToArray();
        var hasCpu = names.Contains("cpu_us") && targets.ContainsKey(TargetOfRatio(scenario));
        text.Append(Say($"\n### {scenario.Name}: {scenario.Title}\n\nMedians; CPU per {scenario.Unit}.\n\n| target | {string.Join(" | ", names)}{(hasCpu ? " | CPU × yarp" : "")} | errors |\n| --- |{string.Concat(names.Select(_ => " ---: |"))}{(hasCpu ? " ---: |" : "")} ---: |\n"));
        foreach (var (target, rounds) in targets)
        {
            var ratio = hasCpu ? " | " + Number(Ratio(targets, target, TargetOfRatio(scenario)).Median) : "";
            text.Append(Say($"| {target} | {string.Join(" | ", names.Select(name => Number(Quartiles.Of(rounds.Select(sample => sample[name])).Median)))}{ratio} | {rounds.Sum(sample => sample.Errors)} |\n"));
        }
    }

    private string Verdict(Goal goal) => goal.IsMeasured(results[goal.Scenario]) ? goal.Verdict(goal.Over(results[goal.Scenario])) : "not measured";

    // Connections are of interest where each costs a TLS handshake.
    private static bool IsShown(Scenario scenario, string name) =>
        name != "units" && (name != "connections_per_1000" || scenario.Name.StartsWith("tls", StringComparison.Ordinal));

    /// <summary>CPU per unit by bare YARP's, of every scenario that has both.</summary>
    private IReadOnlyList<(string Scenario, string Target, double Ratio)> Ratios() =>
    [
        .. from scenario in ScenarioList.All
           where results.ContainsKey(scenario.Name) && results[scenario.Name].ContainsKey(TargetOfRatio(scenario))
           from target in results[scenario.Name].Keys
           let ratio = Ratio(results[scenario.Name], target, TargetOfRatio(scenario)).Median
           where double.IsFinite(ratio)
           select (scenario.Title, target, ratio),
    ];

    private static string TargetOfRatio(Scenario scenario) => scenario.Name.StartsWith("tls", StringComparison.Ordinal) ? "yarp-" + scenario.Name : TargetNames.Yarp;

    private static Quartiles Ratio(Dictionary<string, List<Sample>> targets, string target, string by) =>
        Quartiles.Of(targets[target].Zip(targets[by], (sample, other) => sample["cpu_us"] / other["cpu_us"]));

    private JsonObject Json() => new()
    {
        ["at"] = DateTimeOffset.UtcNow.ToString("u", CultureInfo.InvariantCulture),
        ["rounds"] = options.Rounds,
        ["seconds"] = options.Time.TotalSeconds,
        ["cores"] = Environment.ProcessorCount,
        ["system"] = RuntimeInformation.OSDescription,
        ["framework"] = RuntimeInformation.FrameworkDescription,
        ["missing"] = new JsonArray([.. missing.Select(name => (JsonNode)name)]),
        ["goals"] = new JsonArray([.. Goals.Select(JsonOf)]),
        ["scenarios"] = new JsonObject(results.Select(scenario => KeyValuePair.Create<string, JsonNode?>(scenario.Key, new JsonObject(
            scenario.Value.Select(target => KeyValuePair.Create<string, JsonNode?>(target.Key, new JsonArray([.. target.Value.Select(JsonOf)]))))))),
    };

    private JsonObject JsonOf(Goal goal)
    {
        var figure = goal.Over(results[goal.Scenario]);
        return new JsonObject
        {
            ["what"] = goal.What,
            ["scenario"] = goal.Scenario,
            ["median"] = Finite(figure.Median),
            ["lower_quartile"] = Finite(figure.Lower),
            ["upper_quartile"] = Finite(figure.Upper),
            ["rounds"] = figure.Count,
            ["must"] = goal.Must,
            ["goal"] = goal.Aim,
            ["verdict"] = Verdict(goal),
        };
    }

    private static JsonObject JsonOf(Sample sample)
    {
        var values = new JsonObject { ["errors"] = sample.Errors };
        foreach (var (name, value) in sample.Values)
        {
            values[name] = Finite(value);
        }

        return values;
    }

    private static JsonNode? Finite(double value) => double.IsFinite(value) ? Math.Round(value, 4) : null;

    private static string Number(double value) => !double.IsFinite(value) ? "–" : value.ToString(Math.Abs(value) >= 100 ? "F0" : Math.Abs(value) >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
