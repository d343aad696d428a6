using System.Diagnostics.Metrics;

namespace UltraAI.Gateway.Telemetry;

/// <summary>One sum per combination of tags. Adding to a known one takes no lock, allocates nothing and hashes no string.</summary>
internal sealed class TaggedSums
{
    /// <summary>Bound of the combinations; what comes beyond goes into one, as OpenTelemetry does it.</summary>
    public const int MaxSums = 2000;

    private const int Buckets = 256;

    private readonly Lock _lock = new();
    private readonly Sum?[] _buckets = new Sum?[Buckets];
    private readonly Sum _overflow = new([new("otel.metric.overflow", true)], null);
    private int _count;

    public void Add(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ref var bucket = ref _buckets[BucketOf(tags)];
        var sum = Find(Volatile.Read(ref bucket), tags) ?? Create(ref bucket, tags);
        Interlocked.Add(ref sum.Value, value);
    }

    public IEnumerable<Measurement<long>> Observe()
    {
        for (var i = 0; i < Buckets; i++)
        {
            for (var sum = Volatile.Read(ref _buckets[i]); sum is not null; sum = sum.Next)
            {
                yield return new Measurement<long>(Interlocked.Read(ref sum.Value), sum.Tags);
            }
        }

        if (Volatile.Read(ref _count) == MaxSums)
        {
            yield return new Measurement<long>(Interlocked.Read(ref _overflow.Value), _overflow.Tags);
        }
    }

    private static Sum? Find(Sum? sum, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        while (sum is not null && !IsOf(sum, tags))
        {
            sum = sum.Next;
        }

        return sum;
    }

    private Sum Create(ref Sum? bucket, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (Find(bucket, tags) is { } known)
            {
                return known;
            }

            if (_count == MaxSums)
            {
                return _overflow;
            }

            _count++;
            var sum = new Sum(tags.ToArray(), bucket);
            Volatile.Write(ref bucket, sum);
            return sum;
        }
    }

    // The instruments' values are few objects that are used again and again, so that the first comparison nearly always decides.
    private static bool IsOf(Sum sum, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (sum.Tags.Length != tags.Length)
        {
            return false;
        }

        for (var i = 0; i < tags.Length; i++)
        {
            ref readonly var own = ref sum.Tags[i];
            if (!(ReferenceEquals(own.Value, tags[i].Value) || Equals(own.Value, tags[i].Value)) || own.Key != tags[i].Key)
            {
                return false;
            }
        }

        return true;
    }

    private static int BucketOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = 0;
        foreach (var tag in tags)
        {
            hash = (hash * 31) + (tag.Value switch
            {
                string { Length: > 0 } text => (text.Length << 8) + text[0] + text[^1],
                int number => number,
                _ => 0,
            });
        }

        return (hash ^ (hash >> 8) ^ (hash >> 16)) & (Buckets - 1);
    }

    private sealed class Sum(KeyValuePair<string, object?>[] tags, Sum? next)
    {
        public long Value;

        public KeyValuePair<string, object?>[] Tags { get; } = tags;

        public Sum? Next { get; } = next;
    }
}
