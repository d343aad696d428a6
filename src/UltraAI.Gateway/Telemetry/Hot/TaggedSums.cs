using System.Diagnostics.Metrics;

namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>One sum per combination of tags.</summary>
internal sealed class TaggedSums
{
    private readonly TaggedSeries<StripedSum> _sums = new(static () => new StripedSum());

    public void Add(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => _sums.Of(tags).Add(value);

    public StripedSum SumOf(ReadOnlySpan<KeyValuePair<string, object?>> tags) => _sums.Of(tags);

    public IEnumerable<Measurement<long>> Observe()
    {
        foreach (var (tags, sum) in _sums.All)
        {
            yield return new Measurement<long>(sum.Read(), tags);
        }
    }
}
