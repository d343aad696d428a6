using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Health;

/// <summary>Ends the gateway without breaking what runs: not ready at once, then a delay, then no new requests, then the end.</summary>
internal sealed partial class DrainService : IHostedLifecycleService, IDisposable
{
    // Left for the server to close its connections.
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(1);

    private readonly DrainState _state;
    private readonly ConfigurationStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<DrainService> _logger;
    private readonly IDisposable _onChange;

    public DrainService(DrainState state, ConfigurationStore store, IProviderSource changes, IOptions<HostOptions> host, TimeProvider time, ILogger<DrainService> logger)
    {
        _state = state;
        _store = store;
        _time = time;
        _logger = logger;

        // The host reads it when it is told to stop, and counts our delay in.
        _onChange = ChangeToken.OnChange(() => changes.Changed, SetTimeout);
        SetTimeout();

        void SetTimeout() => host.Value.ShutdownTimeout = store.Current.Drain.Delay + store.Current.Drain.Timeout + Closing;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var drain = _store.Current.Drain;
        _state.Stop();
        LogStopping(drain.Delay);
        try
        {
            await Task.Delay(drain.Delay, _time, cancellationToken);
            LogDraining(_state.Running, drain.Timeout);
            await _state.Drain().WaitAsync(drain.Timeout, _time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            LogBrokenOff(_state.Running);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _onChange.Dispose();

    [LoggerMessage(LogLevel.Information, "Stopping: not ready from now on, taking requests for another {Delay}", EventName = "Stopping")]
    private partial void LogStopping(TimeSpan delay);

    [LoggerMessage(LogLevel.Information, "Draining: {Running} requests run and get {Timeout}", EventName = "Draining")]
    private partial void LogDraining(int running, TimeSpan timeout);

    [LoggerMessage(LogLevel.Warning, "The time to drain is over; {Running} requests are broken off", EventName = "BrokenOff")]
    private partial void LogBrokenOff(int running);
}
