namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>One value per combination of tags. Finding a known one takes no lock, allocates nothing and hashes no string.</summary>
/// <param name="create">Makes the value of a combination that is new.</param>
internal sealed class TaggedSeries<T>(Func<T> create)
    where T : class
{
    /// <summary>Bound of the combinations; what comes beyond goes into one, as OpenTelemetry does it.</summary>
    public const int MaxSeries = 2000;

    private const int Buckets = 256;

    private readonly Lock _lock = new();
    private readonly Entry?[] _buckets = new Entry?[Buckets];
    private (KeyValuePair<string, object?>[] Tags, T Value)[] _all = [];
    private T? _overflow;

    /// <summary>All there are, each with its tags in the order of their names.</summary>
    public IReadOnlyList<(KeyValuePair<string, object?>[] Tags, T Value)> All => Volatile.Read(ref _all);

    public T Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ref var bucket = ref _buckets[BucketOf(tags)];
        return Find(Volatile.Read(ref bucket), tags) ?? Create(ref bucket, tags);
    }

    private static T? Find(Entry? entry, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        while (entry is not null && !Equal(entry.Tags, tags))
        {
            entry = entry.Next;
        }

        return entry?.Value;
    }

    private T Create(ref Entry? bucket, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (Find(bucket, tags) is { } known)
            {
                return known;
            }

            if (_all.Length >= MaxSeries)
            {
                return _overflow ??= Add([new("otel.metric.overflow", true)]);
            }

            // The same tags in another order are the same series.
            var sorted = tags.ToArray();
            Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
            var value = Array.Find(_all, one => Equal(one.Tags, sorted)).Value ?? Add(sorted);
            Volatile.Write(ref bucket, new Entry(tags.ToArray(), value, bucket));
            return value;
        }
    }

    private T Add(KeyValuePair<string, object?>[] tags)
    {
        var value = create();
        Volatile.Write(ref _all, [.. _all, (tags, value)]);
        return value;
    }

    // The instruments' values are few objects that are used again and again, so that the first comparison nearly always decides.
    private static bool Equal(KeyValuePair<string, object?>[] own, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (own.Length != tags.Length)
        {
            return false;
        }

        for (var i = 0; i < own.Length; i++)
        {
            ref readonly var tag = ref own[i];
            if (!(ReferenceEquals(tag.Value, tags[i].Value) || Equals(tag.Value, tags[i].Value)) || tag.Key != tags[i].Key)
            {
                return false;
            }
        }

        return true;
    }

    private static int BucketOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = 0;
        foreach (ref readonly var tag in tags)
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

    private sealed class Entry(KeyValuePair<string, object?>[] tags, T value, Entry? next)
    {
        public KeyValuePair<string, object?>[] Tags { get; } = tags;

        public T Value { get; } = value;

        public Entry? Next { get; } = next;
    }
}
