using System.Diagnostics;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>What is sent before anything is counted.</summary>
public static class LoadPreflight
{
    /// <summary>The single kinds of request that a scenario sends, and what share of its rate each has.</summary>
    public static IReadOnlyList<(LoadScenario Scenario, int Rate)> Parts(LoadOptions options) => options.Scenario switch
    {
        LoadScenario.Mixed =>
        [
            (LoadScenario.Passthrough, Share(options.Rate, 70)),
            (LoadScenario.Streaming, Share(options.Rate, 25)),
            (LoadScenario.Ultra, Share(options.Rate, 5)),
        ],
        var single => [(single, options.Rate)],
    };

    /// <summary>Sends one request of each kind, and then as many as fit into the warm-up, eight at a time.</summary>
    /// <returns>What is wrong with the target, the key or the scenario, in words; null when all were answered.</returns>
    public static async Task<string?> RunAsync(LoadOptions options, LoadClient client)
    {
        var parts = Parts(options);
        foreach (var (scenario, _) in parts)
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
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
            {
                while (Stopwatch.GetElapsedTime(began) < options.WarmUp)
                {
                    await client.SendAsync(parts[number % parts.Count].Scenario);
                }
            }));
        }

        return null;
    }

    private static int Share(int rate, int percent) => Math.Max(1, rate * percent / 100);

    private static string Hint(string code) => code switch
    {
        "not_connected" => "Is the gateway running there?",
        "invalid_key" => "Is --key a virtual key of this gateway?",
        "model_not_allowed" => "Give a model that the key may use with --model.",
        "not_found" => "Does the gateway have a provider 'openai', and this preset?",
        _ => "The gateway's log has more.",
    };
}
