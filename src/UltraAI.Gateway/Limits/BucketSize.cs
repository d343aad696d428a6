using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Limits;

/// <summary>How much a token bucket holds and how fast it fills.</summary>
/// <param name="Capacity">The burst; 1 to <see cref="Largest"/>.</param>
/// <param name="PerMinute">The rate; 1 to <see cref="Largest"/>.</param>
internal readonly record struct BucketSize(long Capacity, long PerMinute)
{
    /// <summary>The largest burst and rate. A bucket counts in 60 millionths and must not overflow 64 bits.</summary>
    public const long Largest = LimitRules.MostPerMinute;

    /// <summary>Null: not limited.</summary>
    public static BucketSize? OfRequests(LimitOptions options) => Of(options.RequestsPerMinute, options.RequestBurst);

    /// <summary>Null: not limited.</summary>
    public static BucketSize? OfTokens(LimitOptions options) => Of(options.TokensPerMinute, options.TokenBurst);

    /// <summary>What a demand takes: more than the bucket can ever hold takes all of it.</summary>
    public long Reserved(long demand) => Math.Clamp(demand, 0, Capacity);

    private static BucketSize? Of(long? perMinute, long? burst) =>
        perMinute is { } rate ? new BucketSize(Math.Clamp(burst ?? rate, 1, Largest), Math.Clamp(rate, 1, Largest)) : null;
}
