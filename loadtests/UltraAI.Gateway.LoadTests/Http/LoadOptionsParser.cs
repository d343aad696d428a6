using System.Globalization;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>The command line.</summary>
public static class LoadOptionsParser
{
    /// <summary>What <c>--help</c> says.</summary>
    public const string Usage = """
        dotnet run --project loadtests/UltraAI.Gateway.LoadTests -- --target URL --key KEY --scenario SCENARIO [options]

          --target URL               the gateway, such as http://127.0.0.1:8080
          --key KEY                  a virtual key; without it, the variable ULTRAAI_KEY
          --scenario SCENARIO        passthrough | streaming | ultra | mixed | governance
          --rate N                   requests that begin per second (200); for mixed a multiple of 20
          --duration TIME            30s, 2m or 00:00:30 (30s)
          --warmup TIME              sent before anything is counted (3s)
          --report DIR               where the reports go (load-report)
          --model NAME               gpt-4o-mini
          --preset NAME              the preset of /ultra (ultra)
          --body-size BYTES          about so much per request (1024)
          --stall TIME               silence between two chunks that counts as a stall (1s)
          --timeout TIME             after which a request is given up (5m)

        Thresholds; the exit code is 1 when one is missed:

          --max-p99 TIME             99th percentile of a request's time, such as 250ms
          --max-first-chunk-p99 TIME 99th percentile of the time to the first chunk
          --max-errors SHARE         share of requests that fail, such as 0.01 or 1% (1%)

        governance needs the limits of the key, as configured:

          --requests-per-minute N
          --request-burst N          the burst (as RequestsPerMinute)
        """;

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The words.</param>
    /// <param name="keyOfEnvironment">The key to take when none is given.</param>
    /// <exception cref="LoadOptionsException">Something is missing or wrong.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> args, string? keyOfEnvironment)
    {
        var given = Pairs(args);
        string? Take(string name) => given.Remove(name, out var value) ? value : null;
        T Or<T>(string name, T fallback, Func<string, string, T> read) => Take(name) is { } value ? read(name, value) : fallback;

        var defaults = new LoadOptions { Target = new Uri("http://localhost"), Key = "", Scenario = default };
        var options = new LoadOptions
        {
            Target = Address(Take("target") ?? throw new LoadOptionsException("--target is missing: the gateway's address, such as http://127.0.0.1:8080.")),
            Key = Take("key") ?? keyOfEnvironment ?? throw new LoadOptionsException("--key is missing: a virtual key of the gateway (or the variable ULTRAAI_KEY)."),
            Scenario = Scenario(Take("scenario") ?? throw new LoadOptionsException($"--scenario is missing: {ScenarioNames}.")),
            Rate = Or("rate", defaults.Rate, Count),
            Duration = Or("duration", defaults.Duration, Time),
            WarmUp = Or("warmup", defaults.WarmUp, TimeOrZero),
            Report = Take("report") ?? defaults.Report,
            Model = Take("model") ?? defaults.Model,
            Preset = Take("preset") ?? defaults.Preset,
            BodySize = Or("body-size", defaults.BodySize, Count),
            Stall = Or("stall", defaults.Stall, Time),
            Timeout = Or("timeout", defaults.Timeout, Time),
            MaxP99 = Or("max-p99", default(TimeSpan?), static (name, value) => Time(name, value)),
            MaxFirstChunkP99 = Or("max-first-chunk-p99", default(TimeSpan?), static (name, value) => Time(name, value)),
            MaxErrors = Or("max-errors", defaults.MaxErrors, Share),
            RequestsPerMinute = Or("requests-per-minute", default(int?), static (name, value) => Count(name, value)),
            RequestBurst = Or("request-burst", default(int?), static (name, value) => Count(name, value)),
        };
        if (given.Keys.FirstOrDefault() is { } unknown)
        {
            throw new LoadOptionsException($"--{unknown} is not an option. --help lists them.");
        }

        if (options.Scenario == LoadScenario.Mixed && options.Rate % LoadPreflight.Whole != 0)
        {
            throw new LoadOptionsException($"--rate: mixed needs a multiple of {LoadPreflight.Whole}, so that its shares are whole numbers of requests.");
        }

        if (options is { Scenario: LoadScenario.Governance, RequestsPerMinute: null })
        {
            throw new LoadOptionsException("--requests-per-minute is missing: governance holds the gateway to the limit that the key is configured with.");
        }

        return options;
    }

    private static string ScenarioNames => string.Join(", ", Enum.GetNames<LoadScenario>().Select(name => name.ToLowerInvariant()));

    private static Dictionary<string, string> Pairs(IReadOnlyList<string> args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new LoadOptionsException($"'{args[i]}' is not an option: options begin with '--'.");
            }

            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i][2..] : args[i][2..equals];
            if (equals < 0 && i + 1 == args.Count)
            {
                throw new LoadOptionsException($"--{name} needs a value.");
            }

            if (!given.TryAdd(name, equals < 0 ? args[++i] : args[i][(equals + 1)..]))
            {
                throw new LoadOptionsException($"--{name} is given twice.");
            }
        }

        return given;
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.PathAndQuery == address.AbsolutePath && address.Fragment.Length == 0
            ? address
            : throw new LoadOptionsException($"--target: '{text}' is not an http or https address without query and fragment.");

    private static LoadScenario Scenario(string text) =>
        text.All(char.IsAsciiLetter) && Enum.TryParse<LoadScenario>(text, ignoreCase: true, out var scenario)
            ? scenario
            : throw new LoadOptionsException($"--scenario: '{text}' is none of {ScenarioNames}.");

    private static int Count(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new LoadOptionsException($"--{name}: '{text}' is not a whole number above 0.");

    private static double Share(string name, string text)
    {
        var percent = text.EndsWith('%');
        return double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value / (percent ? 100 : 1) is >= 0 and <= 1
            ? value / (percent ? 100 : 1)
            : throw new LoadOptionsException($"--{name}: '{text}' is not a share such as 0.01 or 1%.");
    }

    private static TimeSpan Time(string name, string text) =>
        TimeOrZero(name, text) is { Ticks: > 0 } time ? time : throw new LoadOptionsException($"--{name}: the time must be above 0.");

    private static TimeSpan TimeOrZero(string name, string text)
    {
        foreach (var (unit, seconds) in new[] { ("ms", 0.001), ("s", 1.0), ("m", 60.0) })
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value * seconds <= 86_400)
            {
                return TimeSpan.FromSeconds(value * seconds);
            }
        }

        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero
            ? span
            : throw new LoadOptionsException($"--{name}: '{text}' is not a time such as 250ms, 30s, 2m or 00:00:30.");
    }
}

/// <summary>What is wrong with the command line, in words for who wrote it.</summary>
public sealed class LoadOptionsException(string message) : Exception(message);
