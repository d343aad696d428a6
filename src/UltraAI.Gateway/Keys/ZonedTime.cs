namespace UltraAI.Gateway.Keys;

/// <summary>Times in ISO 8601 that name their zone.</summary>
internal static class ZonedTime
{
    /// <summary>What a time must be, for a fault.</summary>
    public const string Description = "a time with its zone, such as \"2027-01-01T00:00:00Z\"";

    private const int DateLength = 10;

    /// <summary>Whether a text that may be a time says its zone. Without one, a reader would take this machine's.</summary>
    public static bool HasZone(ReadOnlySpan<char> text) =>
        text.Length > DateLength && (text[^1] == 'Z' || text[DateLength..].ContainsAny('+', '-'));
}
