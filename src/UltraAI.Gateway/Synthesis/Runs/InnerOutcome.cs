namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>What became of an inner call: exactly one of these. The wire form is the name in snake_case (<see cref="InnerOutcomeNames"/>).</summary>
internal enum InnerOutcome
{
    /// <summary>A terminator and text that is not blank (or, for a lead, tool calls).</summary>
    Ok,

    /// <summary>A terminator, but no text.</summary>
    Empty,

    /// <summary>A content filter ended it.</summary>
    Refused,

    /// <summary>Any other status of the provider.</summary>
    HttpError,

    /// <summary>429, or a limit of the gateway's own for this provider.</summary>
    RateLimited,

    /// <summary>The provider does not accept the credential.</summary>
    Auth,

    /// <summary>The provider does not know the model.</summary>
    NotFound,

    /// <summary>The input is longer than the model takes.</summary>
    ContextLength,

    /// <summary>Nothing came for the transport's timeout.</summary>
    InactivityTimeout,

    /// <summary>No connection.</summary>
    ConnectError,

    /// <summary>A stream that broke off or can't be read.</summary>
    ProtocolError,

    /// <summary>The gateway broke it off.</summary>
    Cancelled,

    /// <summary>The circuit of the destination is open; nothing was sent.</summary>
    CircuitOpen,

    /// <summary>The model can't read this kind of input; nothing was sent.</summary>
    UnsupportedInput,
}

/// <summary>The words for <see cref="InnerOutcome"/>.</summary>
internal static class InnerOutcomeNames
{
    public static string Name(this InnerOutcome outcome) => outcome switch
    {
        InnerOutcome.Ok => "ok",
        InnerOutcome.Empty => "empty",
        InnerOutcome.Refused => "refused",
        InnerOutcome.HttpError => "http_error",
        InnerOutcome.RateLimited => "rate_limited",
        InnerOutcome.Auth => "auth",
        InnerOutcome.NotFound => "not_found",
        InnerOutcome.ContextLength => "context_length",
        InnerOutcome.InactivityTimeout => "inactivity_timeout",
        InnerOutcome.ConnectError => "connect_error",
        InnerOutcome.ProtocolError => "protocol_error",
        InnerOutcome.Cancelled => "cancelled",
        InnerOutcome.CircuitOpen => "circuit_open",
        _ => "unsupported_input",
    };
}
