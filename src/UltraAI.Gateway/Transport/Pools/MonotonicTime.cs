namespace UltraAI.Gateway.Transport.Pools;

/// <summary>A source of time whose date goes by its timestamps: it never jumps when the system's clock is set.</summary>
/// <remarks>For libraries that measure spans by the date. The date itself is nobody's.</remarks>
internal sealed class MonotonicTime(TimeProvider time) : TimeProvider
{
    private readonly long _start = time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + time.GetElapsedTime(_start);

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
