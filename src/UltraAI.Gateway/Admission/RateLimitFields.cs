using System.Globalization;
using UltraAI.Gateway.Limits;

namespace UltraAI.Gateway.Admission;

/// <summary><c>x-ultraai-ratelimit-{limit,remaining,reset}-{requests,tokens}</c>: what is left of a virtual key's limits.</summary>
/// <remarks>Limit is the burst, reset the seconds until all of it is there again, rounded up.</remarks>
internal static class RateLimitFields
{
    private const string Prefix = "x-ultraai-ratelimit-";

    public static void Write(IHeaderDictionary fields, in LimitDecision decision)
    {
        if (decision.Requests is { } requests)
        {
            fields[Prefix + "limit-requests"] = Text(requests.Limit);
            fields[Prefix + "remaining-requests"] = Text(requests.Remaining);
            fields[Prefix + "reset-requests"] = Text(Seconds(requests.Reset));
        }

        if (decision.Tokens is { } tokens)
        {
            fields[Prefix + "limit-tokens"] = Text(tokens.Limit);
            fields[Prefix + "remaining-tokens"] = Text(tokens.Remaining);
            fields[Prefix + "reset-tokens"] = Text(Seconds(tokens.Reset));
        }
    }

    private static long Seconds(TimeSpan time) => (time.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
