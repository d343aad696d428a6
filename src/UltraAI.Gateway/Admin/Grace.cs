using System.Globalization;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Admin;

/// <summary>How long a rotated key's old secret still works: <c>{"grace":"24:00:00"}</c>.</summary>
internal static class Grace
{
    /// <summary>The longest grace time.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromDays(30);

    /// <returns>The time; zero if it is left out.</returns>
    /// <exception cref="AdminException">The body has faults.</exception>
    public static TimeSpan Read(JsonObject body)
    {
        var faults = new AdminFaults();
        var reader = new ObjectReader(body, "#", faults);
        var grace = TimeSpan.Zero;
        if (reader.Text("grace") is { } text && (!TryParse(text, out grace) || grace > Most))
        {
            reader.Fault("grace", $"must be hours, minutes and seconds such as \"24:00:00\", at most {Most.TotalHours:0} hours.");
        }

        reader.RefuseOthers();
        faults.ThrowIfAny();
        return grace;
    }

    // NOTE: TimeSpan.Parse would take "24:00:00". HOWEVER it reads it as 24 days, since no day has an hour 24.
    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        var parts = text.Split(':');
        if (parts.Length != 3
            || parts[0].Length is 0 or > 3 || !TryNumber(parts[0], 999, out var hours)
            || parts[1].Length != 2 || !TryNumber(parts[1], 59, out var minutes)
            || parts[2].Length != 2 || !TryNumber(parts[2], 59, out var seconds))
        {
            return false;
        }

        time = new TimeSpan(hours, minutes, seconds);
        return true;
    }

    private static bool TryNumber(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
}
