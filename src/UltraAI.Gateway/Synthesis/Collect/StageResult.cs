namespace UltraAI.Gateway.Synthesis.Collect;

/// <summary>Why a stage ended.</summary>
internal enum StageEnd
{
    /// <summary>Every call has settled.</summary>
    AllSettled,

    /// <summary>The quorum was ok, all required calls had settled, and the grace was over.</summary>
    Quorum,

    /// <summary>Its time was over.</summary>
    Deadline,

    /// <summary>A strict mode could no longer be satisfied.</summary>
    Strict,

    /// <summary>The run was broken off.</summary>
    RunCancelled,
}

/// <summary>What came of one call.</summary>
internal readonly record struct StageCallResult<T>
{
    /// <summary>The answer; default if there is none.</summary>
    public T? Value { get; init; }

    public bool IsOk { get; init; }

    /// <summary>What the call threw instead of answering; null if it did not.</summary>
    public Exception? Fault { get; init; }

    /// <summary>Why it was broken off; null if it settled by itself.</summary>
    public CancelReason? Cancelled { get; init; }

    /// <summary>From the stage's start to its settling, or to its being broken off.</summary>
    public TimeSpan Elapsed { get; init; }
}

/// <summary>What came of a stage.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Elapsed">From its start to its end.</param>
/// <param name="Calls">One result per call, in the order of the calls.</param>
internal sealed record StageResult<T>(StageEnd End, TimeSpan Elapsed, IReadOnlyList<StageCallResult<T>> Calls)
{
    /// <summary>How many calls are ok.</summary>
    public int Ok => Calls.Count(call => call.IsOk);
}
