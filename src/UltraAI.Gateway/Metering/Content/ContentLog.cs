using System.Diagnostics.Metrics;
using System.Threading.Channels;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Metering.Content;

/// <summary>Draws calls by lot whose content is written down, and takes what they said; never waits.</summary>
internal sealed class ContentLog
{
    // Together with the size of a sample, the bound of the memory that this takes.
    private const int MaxRunning = 128;
    private const int MaxWaiting = 128;

    private readonly IContentLogSource _settings;
    private readonly Channel<ContentSample> _waiting = Channel.CreateBounded<ContentSample>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private long _dropped;
    private int _running;

    // The factory owns the meter: it is not ours to dispose.
    public ContentLog(IContentLogSource settings, IMeterFactory meters)
    {
        _settings = settings;
        meters.Create(GatewayTelemetry.MeterName).CreateObservableCounter(
            GatewayTelemetry.Instruments.ContentLogDropped, () => Volatile.Read(ref _dropped), description: "Sampled calls whose content could not be written.");
    }

    public ContentLogOptions Settings => _settings.ContentLog;

    public ChannelReader<ContentSample> Waiting => _waiting.Reader;

    /// <summary>Whether this call is one of those; then <see cref="Write"/> must follow. One look while the log is off.</summary>
    public bool TryDraw()
    {
        if (Settings is not { Target: not LogTarget.Off } settings || (double)settings.SampleRatio <= Random.Shared.NextDouble())
        {
            return false;
        }

        if (Interlocked.Increment(ref _running) <= MaxRunning)
        {
            return true;
        }

        Interlocked.Decrement(ref _running);
        Drop();
        return false;
    }

    /// <summary>The call has ended.</summary>
    public void Write(ContentSample sample)
    {
        Interlocked.Decrement(ref _running);
        if (!_waiting.Writer.TryWrite(sample))
        {
            Drop();
        }
    }

    public void Drop() => Interlocked.Increment(ref _dropped);

    /// <summary>No more will come.</summary>
    public void Complete() => _waiting.Writer.TryComplete();
}
