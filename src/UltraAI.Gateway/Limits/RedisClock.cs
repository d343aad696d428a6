namespace UltraAI.Gateway.Limits;

/// <summary>A monotonic clock in ticks of 100 ns, from the start of the store.</summary>
internal sealed class RedisClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    public TimeProvider Time { get; } = time;

    public long Now => Time.GetElapsedTime(_origin).Ticks;
}
