namespace UltraAI.Gateway.Transport;

/// <summary>How a call ended. The wire form is the name in snake_case.</summary>
internal enum CallOutcome
{
    /// <summary>The provider answered below 400, and all of it arrived.</summary>
    Ok,

    /// <summary>The provider answered 4xx.</summary>
    ClientError,

    /// <summary>The provider answered 5xx.</summary>
    ProviderError,

    /// <summary>The provider was silent until the clock ran out.</summary>
    Timeout,

    /// <summary>No connection, or it broke before the response began.</summary>
    Unreachable,

    /// <summary>The provider broke off in the middle of its response.</summary>
    Cut,

    /// <summary>The client went away.</summary>
    Cancelled,

    /// <summary>The client stopped sending or reading until the clock ran out.</summary>
    ClientTimeout,

    /// <summary>The gateway did not make the call.</summary>
    Refused,
}
