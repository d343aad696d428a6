namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>The system's time, which a test may put forward. Timers run on the system's own.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _ticks));

    public override long GetTimestamp() => System.GetElapsedTime(0, System.GetTimestamp()).Ticks + Volatile.Read(ref _ticks);
}
