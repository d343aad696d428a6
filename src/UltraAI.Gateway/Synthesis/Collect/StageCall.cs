namespace UltraAI.Gateway.Synthesis.Collect;

/// <summary>One call of a stage.</summary>
/// <param name="StartAsync">Starts it. It may throw, finish at once, or ignore its cancellation.</param>
/// <param name="IsOk">Whether an answer counts for the quorum.</param>
/// <param name="Required">Whether it is waited for beyond the grace. Its failure is like any other's.</param>
internal sealed record StageCall<T>(Func<CancellationToken, Task<T>> StartAsync, Predicate<T> IsOk, bool Required = false);

/// <summary>When a stage ends.</summary>
/// <param name="Quorum">How many ok calls start the grace.</param>
/// <param name="Grace">How long the others are waited for after that.</param>
/// <param name="Limit">How long the stage may take at most.</param>
internal sealed record StageRule(int Quorum, TimeSpan Grace, TimeSpan Limit)
{
    /// <summary>How many ok calls a strict mode needs: the stage ends as soon as it can't have them any more, and its grace does not begin below them.</summary>
    /// <value>0: not strict.</value>
    public int Needed { get; init; }
}

/// <summary>Hears what happens in a stage, in the order in which it counts. It hears nothing of late answers.</summary>
internal interface IStageObserver<T>
{
    /// <param name="index">The call's place in the list.</param>
    /// <param name="result">What came of it.</param>
    void Settled(int index, StageCallResult<T> result);

    /// <param name="ok">How many calls are ok: the quorum.</param>
    void QuorumReached(int ok);

    /// <summary>The stage has ended and this call was broken off.</summary>
    void Cancelled(int index, CancelReason reason);
}
