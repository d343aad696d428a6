namespace UltraAI.Gateway.Limits;

/// <summary>What this instance holds of a token bucket in Redis, and what it knows of the rest. Belongs to its subject's gate.</summary>
/// <remarks>All times are in ticks of the store's own monotonic clock.</remarks>
internal sealed class RedisLeasedBucket(string name)
{
    /// <summary>What the script calls 1: what a rate of 1 per minute brings in a microsecond.</summary>
    public const double Scale = 60_000_000;

    // A bucket that was asked twice within this time is worth a lease.
    private const long HotFor = 250 * TimeSpan.TicksPerMillisecond;

    // How long a refusal may be made from what Redis said last: what others give back in that time comes so much later.
    private const long KnownFor = 20 * TimeSpan.TicksPerMillisecond;

    private long _units;
    private long _deadline;
    private long _lastUse = long.MinValue / 2;
    private double _level;
    private long _outstanding;
    private long _knownSince;
    private long _knownAt;
    private bool _isKnown;

    /// <summary>Its name in Redis.</summary>
    public string Name { get; } = name;

    /// <summary>Which life of this instance's share it is; 0: none.</summary>
    public long Generation { get; private set; }

    /// <summary>Spent and not reported; returned and not reported.</summary>
    public long Spent { get; set; }

    public long Returned { get; private set; }

    /// <summary>Settled and not reported: below 0 a debt.</summary>
    public long Adjust { get; set; }

    /// <summary>Admitted while Redis was gone.</summary>
    public long Charge { get; set; }

    /// <summary>A lease is on its way.</summary>
    public bool IsAsking { get; set; }

    public bool HoldsAny => (_units | Spent | Returned | Adjust | Charge) != 0;

    public bool HasReport => (Spent | Returned | Adjust | Charge) != 0;

    public bool IsHot(long now) => now - _lastUse < HotFor;

    public void Used(long now) => _lastUse = now;

    public long Usable(long now) => now < _deadline ? _units : 0;

    /// <summary>Takes up to so much of the lease. It is neither spent nor returned until the caller says so.</summary>
    public long Hold(long amount, long now)
    {
        var held = Math.Min(amount, Usable(now));
        _units -= held;
        return held;
    }

    /// <summary>Puts back what was held and not needed, unless Redis has forgotten it meanwhile.</summary>
    public void PutBack(long held, long generation)
    {
        if (generation == Generation)
        {
            _units += held;
        }
    }

    /// <summary>Counts as spent what was held, unless Redis has forgotten it meanwhile.</summary>
    public void Spend(long held, long generation)
    {
        if (generation == Generation)
        {
            Spent += held;
        }
    }

    /// <summary>Gives all of the lease back with the next report.</summary>
    public void Return()
    {
        Returned += _units;
        _units = 0;
    }

    /// <summary>True while more than half of a lease is here: then nobody here waits for what is given back.</summary>
    public bool HasPlenty(BucketSize size, int instances, long now) => Usable(now) > MostLeased(size, instances) / 2;

    /// <summary>How much to ask for on top: nothing unless it is used a lot and half of it is gone.</summary>
    public long Want(BucketSize size, int instances, long now)
    {
        var most = MostLeased(size, instances);
        var has = Usable(now);
        return IsHot(now) && !IsAsking && has <= most / 2 ? most - has : 0;
    }

    /// <summary>True if the lease is in use and half of its life has passed.</summary>
    public bool NeedsRenewal(long now, long life) => _units > 0 && IsHot(now) && _deadline - now < life / 2;

    public bool IsIdle(long now) => _units > 0 && (!IsHot(now) || now >= _deadline);

    public (long Spent, long Returned, long Adjust, long Charge) TakeReport()
    {
        var report = (Spent, Returned, Adjust, Charge);
        (Spent, Returned, Adjust, Charge) = (0, 0, 0, 0);
        return report;
    }

    /// <summary>Takes in what Redis answered. To be called in the order in which Redis executed.</summary>
    /// <param name="answer">Its answer.</param>
    /// <param name="granted">What was asked for and granted.</param>
    /// <param name="sent">When the request was sent.</param>
    /// <param name="now">When the answer came.</param>
    /// <param name="deadline">Until when the lease may be used.</param>
    public void Answered(in RedisAnswer answer, long granted, long sent, long now, long deadline)
    {
        if (answer.Generation != Generation)
        {
            // Redis has forgotten what there was before.
            Generation = answer.Generation;
            (_units, Spent, Returned) = (0, 0, 0);
        }

        _units += answer.Extra;
        Spent += granted;
        _deadline = deadline;
        (_level, _outstanding, _knownSince, _knownAt, _isKnown) = (answer.First, answer.Second, sent, now, true);
    }

    /// <summary>Forgets the lease: Redis knows this instance by another id now.</summary>
    public void Reset()
    {
        (_units, Spent, Returned, Generation, IsAsking) = (0, 0, 0, 0, false);
    }

    /// <summary>The level to begin with if Redis has lost it; -1 if nothing is known.</summary>
    public double Known(BucketSize size, long now) => _isKnown ? Math.Max(0, Math.Floor(LevelSince(size, _knownSince, now))) : -1;

    /// <summary>True if Redis would certainly refuse so much now: nothing has come since it last answered that could suffice.</summary>
    /// <remarks>Where what is outstanding keeps the bucket from filling up to there, Redis alone can tell for how long: spending may be reported since.</remarks>
    public bool IsShort(long amount, BucketSize size, long now) =>
        _isKnown && now - _knownAt < KnownFor && amount <= size.Capacity - _outstanding && amount - Usable(now) > 0 && (amount - Usable(now)) * Scale > LevelSince(size, _knownSince, now);

    /// <summary>How long until it holds so much, if nobody else takes anything.</summary>
    public TimeSpan WaitFor(long amount, BucketSize size, long now, long life)
    {
        var missing = ((amount - Usable(now)) * Scale) - LevelSince(size, _knownAt, now);
        var wait = Time(missing, size);

        // What other instances hold keeps it from filling up; they give it back within the life of a lease.
        var others = _outstanding - _units - Spent - Returned;
        return amount > size.Capacity - others ? wait + TimeSpan.FromTicks(life) : wait;
    }

    public LimitState State(BucketSize size, long now)
    {
        var level = _isKnown ? LevelSince(size, _knownAt, now) + (Usable(now) * Scale) : size.Capacity * Scale;
        level = Math.Min(level, size.Capacity * Scale);
        return new LimitState(size.Capacity, Math.Max(0, (long)(level / Scale)), Time((size.Capacity * Scale) - level, size));
    }

    private double LevelSince(BucketSize size, long since, long now) =>
        Math.Min((double)size.Capacity * Scale, _level + ((double)(now - since) / TimeSpan.TicksPerMicrosecond * size.PerMinute));

    private static long MostLeased(BucketSize size, int instances) => size.Capacity / (8L * instances);

    private static TimeSpan Time(double missing, BucketSize size) =>
        missing <= 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(Math.Ceiling(missing / size.PerMinute));
}
