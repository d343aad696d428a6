using System.Collections.Concurrent;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Transport;

/// <summary>Step 4: a place for a call, at its origin and, where its provider has lower limits, in that one's own gate.</summary>
internal sealed partial class ProviderInvoker
{
    // One per origin and per provider of the configuration, reloads included.
    private readonly ConcurrentDictionary<string, CallGate> _originGates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CallGate> _ownGates = new(StringComparer.Ordinal);
    private readonly CallLimits _originLimits = new(options.MaxCallsPerOrigin, options.MaxQueuedCallsPerOrigin);

    private readonly GatewayError _queueFull = new(
        ErrorCode.QueueFull,
        "All calls to this provider are taken, and so is its queue (Gateway:Transport:MaxCallsPerOrigin, MaxQueuedCallsPerOrigin).")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    private ValueTask EnterAsync(ProviderCall call)
    {
        var gate = OriginGateOf(call);
        if (call.NeedsNoPlace || !call.NeedsPlaceAt(gate))
        {
            return ValueTask.CompletedTask;
        }

        return call.Provider.OwnLimits is { } limits && !call.HasOwnPlace
            ? EnterBothAsync(call, gate, limits)
            : EnterAsync(call, gate, isOwn: false);
    }

    private async ValueTask EnterBothAsync(ProviderCall call, CallGate gate, CallLimits limits)
    {
        var own = _ownGates.GetOrAdd(call.Provider.Name, static (_, limits) => new CallGate(limits), limits);
        own.Resize(limits); // A reload may have changed them.
        await EnterAsync(call, own, isOwn: true);
        await EnterAsync(call, gate, isOwn: false);
    }

    private CallGate OriginGateOf(ProviderCall call) => call.Destination!.Gate ??= _originGates.GetOrAdd(
        call.Destination.Origin,
        static (_, arguments) => new CallGate(arguments._originLimits, arguments.Shards),
        (_originLimits, Shards: handler.Shards.Of(call.Destination.BaseUri)));

    private ValueTask EnterAsync(ProviderCall call, CallGate gate, bool isOwn)
    {
        if (gate.TryEnter(call.WantedShard, call.Clock.Token) is not { } entered)
        {
            call.Fail(CallOutcome.Refused, _queueFull);
            throw new ProviderCallException(_queueFull, null);
        }

        if (entered.IsCompletedSuccessfully)
        {
            call.TookPlace(gate, LoadOf(call), isOwn, entered.Result);
            return ValueTask.CompletedTask;
        }

        return WaitAsync(call, gate, entered, isOwn);
    }

    private async ValueTask WaitAsync(ProviderCall call, CallGate gate, ValueTask<int> entered, bool isOwn)
    {
        var start = time.GetTimestamp();
        metrics.QueueEntered(call.Provider);
        try
        {
            var shard = await entered;
            call.TookPlace(gate, LoadOf(call), isOwn, shard);
        }
        finally
        {
            metrics.QueueLeft(call.Provider, time.GetElapsedTime(start));
        }
    }

    private TransportMetrics.Load LoadOf(ProviderCall call) => call.Provider.Load ??= metrics.LoadOf(call.Provider);
}
