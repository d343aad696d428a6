using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Events;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>Turns what happens in a stage into events. What a call says after it was settled or broken off is not heard.</summary>
internal sealed class StageWatcher(RunStage stage, IReadOnlyList<string> callIds, IReadOnlyList<string?> members, int needed, TimeSpan grace, RunEvents events, RunTally tally, UltraMetrics metrics)
    : IStageObserver<ChainResult>, IChainObserver
{
    private readonly bool[] _isOver = new bool[callIds.Count];

    public void Started(ChainRequest request, ChainLink link, int attempt)
    {
        var index = IndexOf(request);
        events.Post(new CallStarted(request.Id, stage, members[index], link.Reference, attempt), () => !_isOver[index]);
    }

    public void Retrying(ChainRequest request, InnerResult failed, TimeSpan wait, Presets.ModelReference next)
    {
        var index = IndexOf(request);
        events.Post(new CallRetrying(request.Id, failed.Chat, wait, next), () => !_isOver[index]);
    }

    public void Ended(ChainRequest request, ChainLink link, InnerResult result)
    {
        tally.Add(stage, result);
        metrics.CallEnded(stage, link.Reference.Provider, result);
    }

    /// <summary>A piece of a draft.</summary>
    public void Delta(int index, string text) => events.Post(new CallDelta(callIds[index], text), () => !_isOver[index]);

    public void Settled(int index, StageCallResult<ChainResult> result)
    {
        RunEvent item = result.Value is { IsOk: true, Last: var last }
            ? new CallCompleted(callIds[index], last)
            : Failed(index, result);
        events.Post(item);
        _isOver[index] = true;
    }

    public void QuorumReached(int ok) => events.Post(new StageQuorum(stage, ok, needed, grace));

    public void Cancelled(int index, CancelReason reason)
    {
        _isOver[index] = true;
        events.Post(new CallCancelled(callIds[index], reason));
    }

    private CallFailed Failed(int index, StageCallResult<ChainResult> result)
    {
        var chat = result.Value?.Last.Chat;
        return new CallFailed(
            callIds[index], chat?.Outcome ?? ChatOutcome.ProtocolError, chat?.Failure?.Status, result.Value is { } value && CallChain.WaitBeforeRetry(value.Last) is not null, result.Elapsed);
    }

    private int IndexOf(ChainRequest request)
    {
        for (var i = 0; i < callIds.Count; i++)
        {
            if (callIds[i] == request.Id)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"There is no call '{request.Id}' in this stage.");
    }
}
