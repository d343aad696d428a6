using System.Globalization;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>What a load test was to show, and whether it did.</summary>
public static class LoadVerdict
{
    /// <summary>What was missed, each as a sentence; empty when nothing was.</summary>
    public static IReadOnlyList<string> Missed(LoadOptions options, LoadTally tally)
    {
        if (tally.Total == 0)
        {
            return ["No request was sent."];
        }

        var missed = new List<string>();
        var errors = (double)tally.Failed / tally.Total;
        if (errors > options.MaxErrors)
        {
            missed.Add(Say($"{errors:P2} of the requests failed; --max-errors allows {options.MaxErrors:P2}."));
        }

        Compare(missed, "a request's time", "--max-p99", tally.Times, options.MaxP99);
        Compare(missed, "the time to the first chunk", "--max-first-chunk-p99", tally.FirstChunks, options.MaxFirstChunkP99);
        if (options is { Scenario: LoadScenario.Governance, RequestsPerMinute: { } perMinute })
        {
            Limit(missed, tally, perMinute, options.RequestBurst ?? perMinute);
        }

        return missed;
    }

    private static void Compare(List<string> missed, string what, string option, LatencyHistogram times, TimeSpan? most)
    {
        if (most is { } limit && (times.Count == 0 || times.Percentile(0.99) > limit))
        {
            missed.Add(times.Count == 0
                ? Say($"There is no p99 of {what}, which {option} asks for: nothing was answered.")
                : Say($"p99 of {what} is {times.Percentile(0.99).TotalMilliseconds:F1} ms; {option} allows {limit.TotalMilliseconds:F1} ms."));
        }
    }

    private static void Limit(List<string> missed, LoadTally tally, int perMinute, int burst)
    {
        var excess = AdmissionRace.WorstExcess(tally.Admitted, perMinute, burst);
        if (excess >= 1)
        {
            missed.Add(Say($"More was admitted than the limit allows: {excess:F0} too many over some span of time."));
        }

        if (tally.Codes.GetValueOrDefault("rate_limited") == 0)
        {
            missed.Add("Nothing was refused, so the limit was not tried: raise --rate or --duration, or lower the key's limit.");
        }

        if (tally.RefusedWithoutRetryAfter > 0)
        {
            missed.Add(Say($"{tally.RefusedWithoutRetryAfter} refusals had no Retry-After of a second or more."));
        }
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
