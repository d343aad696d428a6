using System.Globalization;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>What /metrics said at one moment.</summary>
internal sealed class MetricSamples(string text)
{
    private readonly string[] _lines = [.. text.Split('\n').Where(l => l.Length > 0 && l[0] != '#')];

    public string Text => text;

    public bool Has(string prefix) => _lines.Any(l => l.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The sum over all series of this name that carry all these labels (<c>name="value"</c>); 0 without any.</summary>
    public double Sum(string name, params string[] labels) => _lines
        .Where(l => l.StartsWith(name + "{", StringComparison.Ordinal) || l.StartsWith(name + " ", StringComparison.Ordinal))
        .Where(l => labels.All(label => l.Contains(label, StringComparison.Ordinal)))
        .Sum(ValueOf);

    private static double ValueOf(string line)
    {
        var afterLabels = line[(line.LastIndexOf('}') + 1)..].Trim();
        var value = afterLabels.Split(' ', StringSplitOptions.RemoveEmptyEntries)[line.Contains('}', StringComparison.Ordinal) ? 0 : 1];
        return double.Parse(value, CultureInfo.InvariantCulture);
    }
}
