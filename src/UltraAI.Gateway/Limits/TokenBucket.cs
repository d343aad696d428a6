namespace UltraAI.Gateway.Limits;

/// <summary>A token bucket in whole numbers: nothing is rounded, so nothing drifts. Not thread-safe; full at first.</summary>
/// <remarks>
/// It counts in steps of 1/60,000,000: what a rate of 1 per minute brings in a microsecond. So a rate of n brings n steps per microsecond.
/// </remarks>
internal struct TokenBucket
{
    private const long Step = TimeSpan.TicksPerMinute / TimeSpan.TicksPerMicrosecond;

    // From here to the fullest bucket is what 64 bits hold.
    private const long DeepestDebt = -BucketSize.Largest / 2 * Step;

    private bool _started;
    private long _level;
    private long _at;

    /// <summary>Sets the level instead of starting full.</summary>
    public void Start(long level, long now) => (_started, _level, _at) = (true, level * Step, now / TimeSpan.TicksPerMicrosecond);

    /// <summary>Lets in what has come since the last time. Everything else expects it to have been called.</summary>
    /// <param name="size">The size that is in force now.</param>
    /// <param name="now">In ticks, from any origin; begun microseconds don't count yet.</param>
    public void Refill(BucketSize size, long now)
    {
        var (full, at) = (size.Capacity * Step, now / TimeSpan.TicksPerMicrosecond);
        if (!_started)
        {
            (_started, _level, _at) = (true, full, at);
            return;
        }

        var elapsed = at - _at;
        if (elapsed > 0)
        {
            _at = at;
            _level = elapsed > (full - _level) / size.PerMinute ? full : _level + (elapsed * size.PerMinute);
        }

        _level = Math.Min(_level, full);
    }

    public readonly bool Holds(long amount) => _level >= amount * Step;

    /// <summary>Takes it whether it is there or not: the level may go below 0.</summary>
    public void Take(long amount) => _level = Math.Max(_level - (Math.Min(amount, BucketSize.Largest) * Step), DeepestDebt);

    /// <summary>Gives back what was taken and not used, up to the brim.</summary>
    public void GiveBack(long amount, BucketSize size)
    {
        var full = size.Capacity * Step;
        _level = amount > (full - _level) / Step ? full : _level + (amount * Step);
    }

    /// <summary>How long until it holds so much, if nobody else takes anything; never short.</summary>
    public readonly TimeSpan WaitFor(long amount, BucketSize size) => TimeFor((amount * Step) - _level, size);

    public readonly LimitState State(BucketSize size) =>
        new(size.Capacity, Math.Max(0, _level / Step), TimeFor((size.Capacity * Step) - _level, size));

    private static TimeSpan TimeFor(long missing, BucketSize size) =>
        missing <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks((((missing - 1) / size.PerMinute) + 1) * TimeSpan.TicksPerMicrosecond);
}
