using System.Globalization;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Reads <c>Retry-After</c>.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc9110#field.retry-after</remarks>
internal static class RetryAfterField
{
    /// <summary>A week: a longer one is as good as none.</summary>
    public const double MostSeconds = 7 * 24 * 3600;

    /// <param name="value">Seconds (fractions are tolerated) or a date; null if there is no such field.</param>
    /// <param name="now">The time that a date is held against.</param>
    /// <returns>At least zero; null if the value is neither.</returns>
    public static TimeSpan? Read(string? value, DateTimeOffset now)
    {
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds <= MostSeconds ? TimeSpan.FromSeconds(seconds) : null;
        }

        if (DateTimeOffset.TryParseExact(value, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && (date - now).TotalSeconds <= MostSeconds)
        {
            return date > now ? date - now : TimeSpan.Zero;
        }

        return null;
    }
}
