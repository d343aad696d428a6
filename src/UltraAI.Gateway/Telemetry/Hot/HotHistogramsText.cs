using System.Buffers;
using System.Globalization;
using System.Text;

namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>A family of histograms in the text format that Prometheus reads, as OpenTelemetry's exporter writes them.</summary>
/// <remarks>https://prometheus.io/docs/instrumenting/exposition_formats/, https://prometheus.io/docs/specs/om/open_metrics_spec/</remarks>
internal static class HotHistogramsText
{
    public static void Write(IBufferWriter<byte> text, HotHistograms.Family family, bool isOpenMetrics)
    {
        var series = family.Series.All;
        if (series.Count == 0)
        {
            return;
        }

        var unit = family.Unit == "s" ? "seconds" : "";
        var name = family.Name.Replace('.', '_') + (unit.Length > 0 ? "_" + unit : "");
        Add(text, $"# TYPE {name} histogram\n");
        if (isOpenMetrics && unit.Length > 0)
        {
            Add(text, $"# UNIT {name} {unit}\n");
        }

        if (family.Description is { } description)
        {
            Add(text, $"# HELP {name} {description}\n");
        }

        var bounds = Array.ConvertAll(family.Bounds, bound => $"le=\"{Bound(bound, isOpenMetrics)}\"}} ");
        Span<long> counts = stackalloc long[bounds.Length + 1];
        foreach (var (tags, histogram) in series)
        {
            var sum = histogram.Read(counts);
            var labels = Labels(tags);
            var bucket = $"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}";
            for (var i = 0; i < counts.Length; i++)
            {
                Add(text, bucket);
                Add(text, i < bounds.Length ? bounds[i] : "le=\"+Inf\"} ");
                Add(text, counts[i]);
            }

            Add(text, string.Create(CultureInfo.InvariantCulture, $"{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} "));
            Add(text, counts[^1]);
        }
    }

    // There are thousands of lines: none of them is a string of its own.
    private static void Add(IBufferWriter<byte> text, ReadOnlySpan<char> more) => Encoding.UTF8.GetBytes(more, text);

    private static void Add(IBufferWriter<byte> text, long count)
    {
        const int MostDigits = 20;
        var span = text.GetSpan(MostDigits + 1);
        count.TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
        span[written] = (byte)'\n';
        text.Advance(written + 1);
    }

    // OpenMetrics has whole bounds with a point, so that they are the same text everywhere.
    private static string Bound(double bound, bool isOpenMetrics)
    {
        var text = bound.ToString(CultureInfo.InvariantCulture);
        return isOpenMetrics && !text.Contains('.', StringComparison.Ordinal) ? text + ".0" : text;
    }

    private static string Labels(KeyValuePair<string, object?>[] tags)
    {
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (value is not null)
            {
                labels.Append(labels.Length > 0 ? "," : "").Append(name.Replace('.', '_')).Append("=\"").Append(ValueOf(value)).Append('"');
            }
        }

        return labels.ToString();
    }

    private static string ValueOf(object value) => value is bool flag
        ? flag ? "true" : "false"
        : Convert.ToString(value, CultureInfo.InvariantCulture)!
            .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
