namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>How many drafts a run insists on.</summary>
internal enum RequireMode
{
    /// <summary>One is enough.</summary>
    Any,

    /// <summary>The quorum.</summary>
    Quorum,

    /// <summary>All of them.</summary>
    Full,
}

/// <summary>How many answers make a stage good enough.</summary>
internal static class Quorums
{
    /// <summary>2 of up to 3, 3 of 4 and 5, above that 60 %, rounded up.</summary>
    public static int Default(int calls) => calls <= 3 ? 2 : calls <= 5 ? 3 : ((calls * 3) + 4) / 5;

    /// <summary>How many ok calls a stage can't do without; 0 if the mode is not strict.</summary>
    public static int Needed(RequireMode mode, int quorum, int calls) => mode switch
    {
        RequireMode.Quorum => quorum,
        RequireMode.Full => calls,
        _ => 0,
    };
}
