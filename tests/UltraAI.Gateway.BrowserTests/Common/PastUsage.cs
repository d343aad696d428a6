using UltraAI.Gateway.Metering;

namespace UltraAI.Gateway.BrowserTests.Common;

/// <summary>A month of usage, made up but the same each time, so that there is something to look at.</summary>
internal static class PastUsage
{
    public const int Days = 45;

    private static readonly (UsageKey Key, int Weight, long NanoUsdPerRequest)[] Lines =
    [
        (new UsageKey("team-search", "openai", "gpt-4o"), 90, 4_100_000),
        (new UsageKey("team-search", "openai", "gpt-4o-mini"), 60, 310_000),
        (new UsageKey("support-bot", "anthropic", "claude-sonnet-5"), 55, 6_200_000),
        (new UsageKey("batch-nightly", "google", "gemini-2.5-pro"), 35, 3_900_000),
        (new UsageKey("team-search", "anthropic", "claude-sonnet-5"), 25, 5_400_000),
        (new UsageKey("batch-nightly", "huggingface", "meta-llama/Llama-3.3-70B-Instruct"), 30, 240_000),
    ];

    // Sunday first.
    private static readonly double[] Week = [0.35, 1, 1.1, 1.2, 1.15, 0.95, 0.4];

    public static Task AddAsync(IUsageStore store)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var rows = new List<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>>();
        for (var back = 1; back < Days; back++)
        {
            var day = today.AddDays(-back);
            for (var line = 0; line < Lines.Length; line++)
            {
                var (key, weight, price) = Lines[line];
                var requests = (long)Math.Round(weight * Week[(int)day.DayOfWeek] * (1 + (0.25 * Math.Sin((back * 0.7) + line))));
                rows.Add(new((key, day), new UsageTotals
                {
                    Requests = requests,
                    InputTokens = requests * 870,
                    CachedInputTokens = requests * 210,
                    OutputTokens = requests * 240,
                    CostNanoUsd = requests * price,
                    EstimatedRequests = requests / 90,
                }));
            }
        }

        return store.AddAsync(Guid.NewGuid(), rows, CancellationToken.None);
    }
}
