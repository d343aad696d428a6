namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>What is sent.</summary>
public enum LoadScenario
{
    /// <summary>Chat completions through <c>/openai</c>, not streamed.</summary>
    Passthrough,

    /// <summary>Chat completions through <c>/openai</c>, streamed.</summary>
    Streaming,

    /// <summary>Runs of <c>/ultra</c>, streamed.</summary>
    Ultra,

    /// <summary>Passthrough, streaming and /ultra at once.</summary>
    Mixed,

    /// <summary>More than a key's limit lets through, to see that no more is let through.</summary>
    Governance,
}
