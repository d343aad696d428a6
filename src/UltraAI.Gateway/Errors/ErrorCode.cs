namespace UltraAI.Gateway.Errors;

/// <summary>Everything that the gateway itself may answer. The wire form is the name in snake_case.</summary>
internal enum ErrorCode
{
    /// <summary>No key, an unknown or disabled one, or two different ones.</summary>
    InvalidKey,

    /// <summary>The virtual key's <c>ExpiresAt</c> has passed.</summary>
    KeyExpired,

    /// <summary>The virtual key may not use this provider.</summary>
    ProviderNotAllowed,

    /// <summary>The virtual key may not use this model.</summary>
    ModelNotAllowed,

    /// <summary>The virtual key may not use this method and path.</summary>
    EndpointNotAllowed,

    /// <summary>The client's address is outside of the virtual key's networks.</summary>
    NetworkNotAllowed,

    /// <summary>A browser tried to show a provider's answer as a page.</summary>
    NavigationRefused,

    /// <summary>No such route or provider.</summary>
    NotFound,

    /// <summary>The request could not be understood.</summary>
    InvalidRequest,

    /// <summary>The request's body is over a configured limit.</summary>
    BodyTooLarge,

    /// <summary>The client stopped sending its body.</summary>
    ClientTimeout,

    /// <summary>A limit of requests or tokens is used up for now.</summary>
    RateLimited,

    /// <summary>As many calls as allowed are running.</summary>
    ConcurrencyLimited,

    /// <summary>The provider has limited the rate of every credential that the call could be made with.</summary>
    CredentialsResting,

    /// <summary>The virtual key's budget is spent.</summary>
    BudgetExhausted,

    /// <summary>The store of limits does not answer, and <c>OnFailure</c> is <c>Deny</c>.</summary>
    StoreUnavailable,

    /// <summary>The provider refused the gateway's own credential.</summary>
    ProviderKeyRejected,

    /// <summary>The provider could not be reached, or broke off before it answered.</summary>
    UpstreamUnreachable,

    /// <summary>All calls to this origin are taken, and so is every place in its queue.</summary>
    QueueFull,

    /// <summary>Too many of the last attempts at the provider failed: it is left alone for a moment.</summary>
    CircuitOpen,

    /// <summary>The gateway is shutting down.</summary>
    Draining,

    /// <summary>The inactivity clock ran out before the response began.</summary>
    UpstreamTimeout,

    /// <summary>A fault of the gateway's own; the log has it under the request id.</summary>
    InternalError,
}
