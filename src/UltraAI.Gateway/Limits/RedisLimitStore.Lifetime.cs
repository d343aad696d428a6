namespace UltraAI.Gateway.Limits;

/// <content>From the first look for Redis to the last word to it.</content>
internal sealed partial class RedisLimitStore : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _loops = Task.CompletedTask;

    /// <summary>Looks for Redis once, and from then on in the background.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await _heartbeat.ProbeAsync() is { } reason)
        {
            _availability.NeverFound(reason);
        }

        _loops = Task.WhenAll(
            Task.Run(() => _pipeline.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => _reporter.RunAsync(_pipeline, _stop.Token), CancellationToken.None),
            Task.Run(() => _heartbeat.RunAsync(_pipeline, _stop.Token), CancellationToken.None));
    }

    /// <summary>Gives back what is held, so that the other instances need not wait for it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_stop.IsCancellationRequested && IsAvailable)
        {
            await _reporter.ReturnAllAsync(_pipeline);
            await _heartbeat.LeaveAsync(_pipeline);
        }

        await DisposeAsync();
    }

    /// <summary>Stops without a word to Redis.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loops;
    }
}
