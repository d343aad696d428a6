using System.Globalization;
using UltraAI.Gateway.Compare.Scenarios;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare;

/// <summary>The command line.</summary>
internal sealed record CompareOptions
{
    public const string Usage = """
        dotnet run -c Release --project loadtests/compare -- [options]

          --scenarios a,b   unary, open, large, upload, sse, ws, idle, idle-load, memory, start, tls1, tls2 (all)
          --targets a,b     gateway, gateway-off, gateway-redis, yarp, nginx, nginx-guard, haproxy, direct (all that are there)
          --rounds N        how often each target is measured (7)
          --seconds N       how long each measurement takes (2)
          --streams N       idle streams (5000)
          --output DIR      where table, JSON and chart go (compare-report)
          --gateway DIR     a published gateway (published by this program)
          --gateway-args S  further options of the gateway, with spaces between
          --quick           each scenario for a moment, to see that all of it works; a missed figure is then no failure
        """;

    public IReadOnlyList<string> Scenarios { get; init; } = ScenarioList.Names;

    public IReadOnlyList<string> Targets { get; init; } = TargetNames.Usual;

    /// <summary>Gets whether the targets were named, and so have to be there.</summary>
    public bool HasNamedTargets { get; init; }

    public int Rounds { get; init; } = 7;

    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(2);

    public int IdleStreams { get; init; } = 5000;

    public int PacedStreams { get; init; } = 500;

    public string Output { get; init; } = "compare-report";

    public string? Gateway { get; init; }

    public string[] GatewayArguments { get; init; } = [];

    public bool IsQuick { get; init; }

    /// <exception cref="CompareException">Something is wrong.</exception>
    public static CompareOptions Parse(string[] args)
    {
        var options = Read(args, new CompareOptions());
        if (options.IsQuick)
        {
            // What is given stands, wherever --quick does.
            options = Read(args, new CompareOptions { IsQuick = true, Rounds = 1, Time = TimeSpan.FromSeconds(0.3), IdleStreams = 100, PacedStreams = 20 });
        }

        return ScenarioList.All.Any(scenario => options.Scenarios.Contains(scenario.Name) && scenario.Targets.Any(options.IsAsked))
            ? options
            : throw new CompareException("Nothing to measure: none of these scenarios is for any of these targets.");
    }

    /// <summary>Whether a target is to be measured; the variants with TLS go with the one that they are a variant of.</summary>
    public bool IsAsked(string target) => Targets.Contains(target) || Targets.Contains(target.Split("-tls")[0]);

    private static CompareOptions Read(string[] args, CompareOptions options)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick")
            {
                options = options with { IsQuick = true };
                continue;
            }

            var value = i + 1 < args.Length ? args[i + 1] : throw new CompareException($"{args[i]} needs a value, or is not an option. --help lists them.");
            options = args[i++] switch
            {
                "--scenarios" => options with { Scenarios = Names(value, ScenarioList.Names, "scenario") },
                "--targets" => options with { Targets = Names(value, TargetNames.Usual, "target"), HasNamedTargets = true },
                "--rounds" => options with { Rounds = Count("--rounds", value) },
                "--seconds" => options with { Time = TimeSpan.FromSeconds(Number("--seconds", value)) },
                "--streams" => options with { IdleStreams = Count("--streams", value) },
                "--output" => options with { Output = value },
                "--gateway" => options with { Gateway = Path.GetFullPath(value) },
                "--gateway-args" => options with { GatewayArguments = value.Split(' ', StringSplitOptions.RemoveEmptyEntries) },
                var unknown => throw new CompareException($"{unknown} is not an option. --help lists them."),
            };
        }

        return options;
    }

    private static string[] Names(string text, IReadOnlyList<string> known, string what)
    {
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            throw new CompareException($"Give at least one {what}: {string.Join(", ", known)}.");
        }

        return names.FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? throw new CompareException($"There is no {what} '{unknown}': {string.Join(", ", known)}.")
            : names;
    }

    private static double Number(string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 3600
            ? number
            : throw new CompareException($"{name}: '{text}' is not a number above 0 and up to 3600.");

    private static int Count(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new CompareException($"{name}: '{text}' is not a whole number above 0.");
}

/// <summary>What keeps the comparison from being made, in words.</summary>
internal sealed class CompareException(string message) : Exception(message);
