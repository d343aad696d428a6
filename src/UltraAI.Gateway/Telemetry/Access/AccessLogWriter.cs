namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>Writes the access log in batches, away from the requests.</summary>
internal sealed partial class AccessLogWriter(AccessLog log, TimeProvider time, ILogger<AccessLogWriter> logger) : BackgroundService
{
    // The first line of a batch wakes a thread, and thread pools spin before they sleep again: once per request, that cost more
    // than all else that a request does at 500 per second. AccessLog.MaxWaitingBytes in this time is more than one process can serve.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
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
        var lines = new AccessLines();
        while (await log.WaitAsync())
        {
            await Task.Delay(Gathering, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lines = log.Take(lines);
            await WriteAsync(output, lines);
            lines.Clear();
        }
    }

    private async Task WriteAsync(LineOutput output, AccessLines lines)
    {
        var settings = log.Settings;
        try
        {
            if (settings.Target != LogTarget.Off)
            {
                await output.WriteAsync(lines.Bytes, settings.Target, settings.Path);
            }
        }
        catch (Exception exception)
        {
            // Whatever it was: a log that can't be written must not end the process.
            if (_warnedAt is not { } last || time.GetElapsedTime(last) > BetweenWarnings)
            {
                _warnedAt = time.GetTimestamp();
                LogNotWritten(settings.Path ?? "standard output", LineOutput.ReasonOf(exception));
            }

            log.Drop(lines.Count);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The access log can't be written to {Path}: {Reason}; lines are dropped and counted", EventName = "AccessLogNotWritten")]
    private partial void LogNotWritten(string path, string reason);
}
