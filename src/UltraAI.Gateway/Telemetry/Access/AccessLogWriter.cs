using System.Buffers;

namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>Writes the access log in batches, away from the requests.</summary>
internal sealed partial class AccessLogWriter(AccessLog log, TimeProvider time, ILogger<AccessLogWriter> logger) : BackgroundService
{
    private const int BatchBytes = 64 * 1024;

    // The first entry of a batch wakes a thread, and thread pools spin before they sleep again: once per request, that cost more
    // than all else that a request does at 500 per second. AccessLog.MaxWaiting in this time is more than one process can serve.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly ArrayBufferWriter<byte> _lines = new(BatchBytes);
    private readonly CancellationTokenSource _stopping = new();
    private int _count;
    private long? _warnedAt;

    /// <summary>Writes what is there, as long as the host has time.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        log.Complete();
        await _stopping.CancelAsync();
        if (ExecuteTask is { } writing)
        {
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var output = new LineOutput(time);
        while (await log.Waiting.WaitToReadAsync(CancellationToken.None))
        {
            await Task.Delay(Gathering, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (log.Waiting.TryRead(out var entry))
            {
                Format(entry);
                if (_lines.WrittenCount >= BatchBytes)
                {
                    await WriteAsync(output);
                }
            }

            await WriteAsync(output);
        }
    }

    private void Format(AccessEntry entry)
    {
        try
        {
            AccessLine.Write(entry, _lines);
            _count++;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // Nothing that is known would do that; if it does, half a line is all the harm.
            _lines.Write("\n"u8);
            log.Drop(1);
        }

        log.Return(entry);
    }

    private async Task WriteAsync(LineOutput output)
    {
        if (_count == 0)
        {
            return;
        }

        var settings = log.Settings;
        try
        {
            if (settings.Target != LogTarget.Off)
            {
                await output.WriteAsync(_lines.WrittenMemory, settings.Target, settings.Path);
            }
        }
        catch (Exception exception)
        {
            // Whatever it was: a log that can't be written must not end the process.
            if (_warnedAt is not { } last || time.GetElapsedTime(last) > BetweenWarnings)
            {
                _warnedAt = time.GetTimestamp();
                LogNotWritten(settings.Path ?? "standard output", exception.GetType().Name);
            }

            log.Drop(_count);
        }

        _lines.ResetWrittenCount();
        _count = 0;
    }

    [LoggerMessage(LogLevel.Warning, "The access log can't be written to {Path}: {Reason}; lines are dropped and counted", EventName = "AccessLogNotWritten")]
    private partial void LogNotWritten(string path, string reason);
}
