namespace UltraAI.Gateway.Limits;

/// <summary>What is counted.</summary>
internal enum LimitKind
{
    /// <summary>Admitted requests over time.</summary>
    Requests,

    /// <summary>LLM tokens over time.</summary>
    Tokens,

    /// <summary>Calls that run at the same time.</summary>
    Concurrency,
}
