using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.ObjectPool;

namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>Takes the entries of requests, never waits, and drops them, counted, where the writer does not keep up.</summary>
internal sealed class AccessLog
{
    /// <summary>How many entries may wait to be written.</summary>
    public const int MaxWaiting = 8192;

    private readonly IAccessLogSource _settings;
    private readonly Channel<AccessEntry> _waiting = Channel.CreateBounded<AccessEntry>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly DefaultObjectPool<AccessEntry> _free = new(new Policy(), MaxWaiting);
    private long _dropped;

    // The factory owns the meter: it is not ours to dispose.
    public AccessLog(IAccessLogSource settings, IMeterFactory meters)
    {
        _settings = settings;
        meters.Create(GatewayTelemetry.MeterName).CreateObservableCounter(
            GatewayTelemetry.Instruments.AccessLogDropped, () => Volatile.Read(ref _dropped), description: "Lines of the access log that could not be written.");
    }

    public bool IsOn => _settings.AccessLog.Target != LogTarget.Off;

    public AccessLogOptions Settings => _settings.AccessLog;

    public ChannelReader<AccessEntry> Waiting => _waiting.Reader;

    public AccessEntry Rent() => _free.Get();

    /// <summary>Hands an entry to the writer.</summary>
    public void Write(AccessEntry entry)
    {
        if (!_waiting.Writer.TryWrite(entry))
        {
            Drop(1);
            _free.Return(entry);
        }
    }

    public void Return(AccessEntry entry) => _free.Return(entry);

    public void Drop(int lines) => Interlocked.Add(ref _dropped, lines);

    /// <summary>No more will come.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    private sealed class Policy : PooledObjectPolicy<AccessEntry>
    {
        public override AccessEntry Create() => new();

        public override bool Return(AccessEntry obj)
        {
            obj.Clear();
            return true;
        }
    }
}
