using System.Diagnostics.Metrics;

namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>Takes the entries of requests as lines, never waits for the writer, and drops them, counted, where it does not keep up.</summary>
/// <remarks>
/// An entry is put into words at once, while it is in the processor's cache; under the lock its bytes are only copied. Entries
/// that went through a channel to be formatted elsewhere cost a busy gateway more.
/// </remarks>
internal sealed class AccessLog
{
    /// <summary>Bytes of lines that may wait to be written: some 10,000 lines.</summary>
    public const int MaxWaitingBytes = 4 * 1024 * 1024;

    private const int UsualLineBytes = 4 * 1024;

    [ThreadStatic]
    private static byte[]? _line;

    [ThreadStatic]
    private static AccessEntry? _entry;

    private readonly IAccessLogSource _settings;
    private readonly Lock _gate = new();
    private AccessLines _waiting = new();
    private TaskCompletionSource _arrived = NewSignal();
    private bool _isComplete;
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

    /// <summary>This thread's own entry, empty: to be filled and written at once.</summary>
    public static AccessEntry Blank()
    {
        var entry = _entry ??= new AccessEntry();
        entry.Clear();
        return entry;
    }

    /// <summary>Takes an entry, which may be used again afterwards.</summary>
    public void Write(AccessEntry entry)
    {
        var most = AccessLine.MostBytes(entry);
        var line = _line;
        if (line is null || line.Length < most)
        {
            _line = line = new byte[Math.Max(most, UsualLineBytes)];
        }

        int length;
        try
        {
            length = AccessLine.Write(entry, line);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // Nothing that is known would do that; if it does, the request goes on.
            length = 0;
        }

        if (length == 0 || !TryAdd(line.AsSpan(0, length)))
        {
            Drop(1);
        }
    }

    public void Drop(int lines) => Interlocked.Add(ref _dropped, lines);

    /// <summary>Waits for lines.</summary>
    /// <returns>False if there are none and no more will come.</returns>
    public async ValueTask<bool> WaitAsync()
    {
        Task arrived;
        lock (_gate)
        {
            arrived = _arrived.Task;
        }

        await arrived;
        lock (_gate)
        {
            return _waiting.Count > 0;
        }
    }

    /// <summary>Takes the lines that wait.</summary>
    /// <param name="empty">Where the next ones go.</param>
    public AccessLines Take(AccessLines empty)
    {
        lock (_gate)
        {
            var taken = _waiting;
            _waiting = empty;
            if (!_isComplete)
            {
                _arrived = NewSignal();
            }

            return taken;
        }
    }

    /// <summary>No more will come.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            _arrived.TrySetResult();
        }
    }

    private bool TryAdd(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_isComplete || _waiting.Bytes.Length + line.Length > MaxWaitingBytes)
            {
                return false;
            }

            _waiting.Add(line);
            if (_waiting.Count == 1)
            {
                _arrived.TrySetResult();
            }

            return true;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
