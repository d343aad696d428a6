using System.Diagnostics;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>What is sent before anything is counted.</summary>
public static class LoadPreflight
{
    /// <summary>The parts that mixed traffic is made of: 14, 5 and 1 of so many.</summary>
    internal const int Whole = 20;

    /// <summary>The single kinds of request that a scenario sends, and what share of its rate each has.</summary>
    public static IReadOnlyList<(LoadScenario Scenario, int Rate)> Parts(LoadOptions options) => options.Scenario switch
    {
        LoadScenario.Mixed =>
        [
            (LoadScenario.Passthrough, options.Rate * 14 / Whole),
            (LoadScenario.Streaming, options.Rate * 5 / Whole),
            (LoadScenario.Ultra, options.Rate / Whole),
        ],
        var single => [(single, options.Rate)],
    };

    /// <summary>What the warm-up sends in turns, in the same shares: a provider charges for these requests, too.</summary>
    internal static LoadScenario[] WarmUpKinds(LoadOptions options) =>
        [.. Parts(options).SelectMany(part => Enumerable.Repeat(part.Scenario, part.Rate * Whole / options.Rate))];

    /// <summary>Sends one request of each kind, and then as many as fit into the warm-up, eight at a time.</summary>
    /// <returns>What is wrong with the target, the key or the scenario, in words; null when all were answered.</returns>
    public static async Task<string?> RunAsync(LoadOptions options, LoadClient client)
    {
        foreach (var (scenario, _) in Parts(options))
        {
            var outcome = await client.SendAsync(scenario);
            if (!outcome.IsOk && !(options.Scenario == LoadScenario.Governance && outcome.Code == "rate_limited"))
            {
                return $"{options.Target} answers {scenario.ToString().ToLowerInvariant()} with '{outcome.Code}'. {Hint(outcome.Code)}";
            }
        }

        // A limit that is to be raced for must not be worn down before.
        if (options.Scenario != LoadScenario.Governance && options.WarmUp > TimeSpan.Zero)
        {
            var kinds = WarmUpKinds(options);
            var sent = -1;
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                while (Stopwatch.GetElapsedTime(began) < options.WarmUp)
                {
                    await client.SendAsync(kinds[Interlocked.Increment(ref sent) % kinds.Length]);
                }
            }));
        }

        return null;
    }

    private static string Hint(string code) => code switch
    {
        "not_connected" => "Is the gateway running there?",
        "invalid_key" => "Is --key a virtual key of this gateway?",
        "model_not_allowed" => "Give a model that the key may use with --model.",
        "not_found" => "Does the gateway have a provider 'openai', and this preset?",
        _ => "The gateway's log has more.",
    };
}
