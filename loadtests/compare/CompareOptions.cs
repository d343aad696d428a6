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
          --quick           each scenario for a moment, to see that all of it works
        """;

    public IReadOnlyList<string> Scenarios { get; init; } = ScenarioList.Names;

    public IReadOnlyList<string> Targets { get; init; } = TargetNames.Usual;

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
        var options = new CompareOptions();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick")
            {
                options = options with { IsQuick = true, Rounds = 1, Time = TimeSpan.FromSeconds(0.3), IdleStreams = 100, PacedStreams = 20 };
                continue;
            }

            var value = i + 1 < args.Length ? args[i + 1] : throw new CompareException($"{args[i]} needs a value, or is not an option. --help lists them.");
            options = args[i++] switch
            {
                "--scenarios" => options with { Scenarios = Names(value, ScenarioList.Names, "scenario") },
                "--targets" => options with { Targets = Names(value, TargetNames.Usual, "target") },
                "--rounds" => options with { Rounds = (int)Number("--rounds", value) },
                "--seconds" => options with { Time = TimeSpan.FromSeconds(Number("--seconds", value)) },
                "--streams" => options with { IdleStreams = (int)Number("--streams", value) },
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
        return names.FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? throw new CompareException($"There is no {what} '{unknown}': {string.Join(", ", known)}.")
            : names;
    }

    private static double Number(string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new CompareException($"{name}: '{text}' is not a number above 0.");
}

/// <summary>What keeps the comparison from being made, in words.</summary>
internal sealed class CompareException(string message) : Exception(message);
