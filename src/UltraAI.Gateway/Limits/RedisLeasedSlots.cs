namespace UltraAI.Gateway.Limits;

/// <summary>The running calls of one subject in this instance, and how many of them Redis counts. Belongs to its subject's gate.</summary>
internal sealed class RedisLeasedSlots(string name)
{
    // How long a free slot is kept for the next call.
    private const long KeptFor = 200 * TimeSpan.TicksPerMillisecond;

    private long _lastUse = long.MinValue / 2;
    private int _unanswered;

    /// <summary>Its name in Redis.</summary>
    public string Name { get; } = name;

    public long Generation { get; private set; }

    /// <summary>Calls that run now, wherever they were admitted.</summary>
    public int Running { get; private set; }

    /// <summary>How many Redis counts for this instance, once it has executed all that was sent.</summary>
    public long Declared { get; private set; }

    public bool HoldsAny => Running != 0 || Declared != 0 || _unanswered != 0;

    public long Spare => Declared - Running;

    public bool IsHot(long now) => now - _lastUse < KeptFor;

    public void Start(int concurrent, long now)
    {
        Running += concurrent;
        _lastUse = now;
    }

    public void End(int concurrent) => Running -= concurrent;

    /// <summary>How many free slots may be kept here.</summary>
    public static long MaySpare(int most, int instances) => most / (8L * instances);

    /// <summary>What Redis should count: the running calls, and for a moment a few free slots.</summary>
    public long Target(int most, int instances, long now) =>
        Running + (IsHot(now) ? Math.Clamp(Spare, 0, MaySpare(most, instances)) : 0);

    /// <summary>Tells that a request is sent.</summary>
    /// <param name="adjust">What it changes by itself.</param>
    public void Sent(long adjust)
    {
        Declared += adjust;
        _unanswered++;
    }

    /// <summary>Takes in what Redis answered. To be called in the order in which Redis executed.</summary>
    public void Answered(in RedisAnswer answer, long granted)
    {
        _unanswered = Math.Max(0, _unanswered - 1);
        if (answer.Generation != Generation || _unanswered == 0)
        {
            // Its own count is the truth if nothing else is under way.
            (Generation, Declared) = (answer.Generation, answer.Second);
        }
        else
        {
            Declared += granted + answer.Extra;
        }
    }

    /// <summary>Redis knows this instance by another id now.</summary>
    public void Reset() => (Generation, Declared, _unanswered) = (0, 0, 0);
}
