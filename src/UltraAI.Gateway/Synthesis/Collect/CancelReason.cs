namespace UltraAI.Gateway.Synthesis.Collect;

/// <summary>Why a call of a run was broken off. The wire form is the name in snake_case (<see cref="CancelReasonNames"/>).</summary>
internal enum CancelReason
{
    /// <summary>Enough others had answered, and the grace had passed.</summary>
    Straggler,

    /// <summary>The stage's time was over.</summary>
    StageDeadline,

    /// <summary>The run's time was over.</summary>
    RunDeadline,

    /// <summary>The client left, or cancelled the run.</summary>
    Client,

    /// <summary>So many calls had failed that the stage could no longer succeed.</summary>
    Strict,
}

/// <summary>The words for <see cref="CancelReason"/> in events.</summary>
internal static class CancelReasonNames
{
    public static string Name(this CancelReason reason) => reason switch
    {
        CancelReason.Straggler => "straggler",
        CancelReason.StageDeadline => "stage_deadline",
        CancelReason.RunDeadline => "run_deadline",
        CancelReason.Client => "client",
        _ => "strict",
    };
}
