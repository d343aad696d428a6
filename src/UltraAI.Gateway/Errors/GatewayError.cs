namespace UltraAI.Gateway.Errors;

/// <summary>An answer of the gateway's own.</summary>
/// <param name="Code">Which one; it decides the status code.</param>
/// <param name="Message">For the developer who reads it: names the thing and the fix, and holds no secret.</param>
internal sealed record GatewayError(ErrorCode Code, string Message)
{
    /// <summary>When to come back; sent as whole seconds, rounded up.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>False where a repetition by the SDK could cost twice; sent as <c>x-should-retry</c>.</summary>
    public bool MayRetry { get; init; } = true;

    public int StatusCode => Code switch
    {
        ErrorCode.InvalidKey or ErrorCode.KeyExpired => StatusCodes.Status401Unauthorized,
        ErrorCode.ProviderNotAllowed or ErrorCode.ModelNotAllowed or ErrorCode.EndpointNotAllowed or ErrorCode.NetworkNotAllowed or ErrorCode.NavigationRefused
            => StatusCodes.Status403Forbidden,
        ErrorCode.NotFound => StatusCodes.Status404NotFound,
        ErrorCode.InvalidRequest => StatusCodes.Status400BadRequest,
        ErrorCode.BodyTooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorCode.ClientTimeout => StatusCodes.Status408RequestTimeout,
        ErrorCode.RateLimited or ErrorCode.ConcurrencyLimited or ErrorCode.CredentialsResting => StatusCodes.Status429TooManyRequests,
        ErrorCode.BudgetExhausted => StatusCodes.Status402PaymentRequired,
        ErrorCode.ProviderKeyRejected or ErrorCode.UpstreamUnreachable => StatusCodes.Status502BadGateway,
        ErrorCode.QueueFull or ErrorCode.CircuitOpen or ErrorCode.Draining or ErrorCode.StoreUnavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorCode.UpstreamTimeout => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The value of <c>x-ultraai-error</c>.</summary>
    public string Name => Code switch
    {
        ErrorCode.InvalidKey => "invalid_key",
        ErrorCode.KeyExpired => "key_expired",
        ErrorCode.ProviderNotAllowed => "provider_not_allowed",
        ErrorCode.ModelNotAllowed => "model_not_allowed",
        ErrorCode.EndpointNotAllowed => "endpoint_not_allowed",
        ErrorCode.NetworkNotAllowed => "network_not_allowed",
        ErrorCode.NavigationRefused => "navigation_refused",
        ErrorCode.NotFound => "not_found",
        ErrorCode.InvalidRequest => "invalid_request",
        ErrorCode.BodyTooLarge => "body_too_large",
        ErrorCode.ClientTimeout => "client_timeout",
        ErrorCode.RateLimited => "rate_limited",
        ErrorCode.ConcurrencyLimited => "concurrency_limited",
        ErrorCode.CredentialsResting => "credentials_resting",
        ErrorCode.BudgetExhausted => "budget_exhausted",
        ErrorCode.StoreUnavailable => "store_unavailable",
        ErrorCode.ProviderKeyRejected => "provider_key_rejected",
        ErrorCode.UpstreamUnreachable => "upstream_unreachable",
        ErrorCode.QueueFull => "queue_full",
        ErrorCode.CircuitOpen => "circuit_open",
        ErrorCode.Draining => "draining",
        ErrorCode.UpstreamTimeout => "upstream_timeout",
        _ => "internal_error",
    };
}
