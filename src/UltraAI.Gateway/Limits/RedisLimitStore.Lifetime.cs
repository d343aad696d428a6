namespace UltraAI.Gateway.Limits;

/// <content>From the first look for Redis to the last word to it.</content>
internal sealed partial class RedisLimitStore : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopTalking = new();
    private readonly CancellationTokenSource _stopListening = new();
    private Task _talking = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;

    /// <summary>Looks for Redis once, and from then on in the background.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await _heartbeat.ProbeAsync() is { } reason)
        {
            _availability.NeverFound(reason);
        }

        _listening = Task.Run(() => _pipeline.RunAsync(_stopListening.Token), CancellationToken.None);
        _talking = Task.WhenAll(
            Task.Run(() => _reporter.RunAsync(_pipeline, _stopTalking.Token), CancellationToken.None),
            Task.Run(() => _heartbeat.RunAsync(_pipeline, _stopTalking.Token), CancellationToken.None));
    }

    /// <summary>Gives back what is held, so that the other instances need not wait for it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A sign of life after the farewell would hold this instance's place for another ten seconds.
        await _stopTalking.CancelAsync();
        await _talking;
        await _reporter.ReturnAllAsync(_pipeline);
        await _heartbeat.LeaveAsync(_pipeline);
        await DisposeAsync();
    }

    /// <summary>Stops without a word to Redis.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopTalking.CancelAsync();
        await _talking;
        await _stopListening.CancelAsync();
        await _listening;
    }
}
