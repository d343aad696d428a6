namespace UltraAI.Gateway.Providers.Chat;

/// <summary>How a call to a model ended. Exactly one of these.</summary>
internal enum ChatOutcome
{
    /// <summary>The stream came to its end and holds text, or tool calls where they are wanted.</summary>
    Ok,

    /// <summary>The stream came to its end without any text.</summary>
    Empty,

    /// <summary>The model or a content filter refused.</summary>
    Refused,

    /// <summary>An error of the provider that is none of the others; 403 too.</summary>
    HttpError,

    /// <summary>429.</summary>
    RateLimited,

    /// <summary>401, and Google's <c>API_KEY_INVALID</c>: the gateway's own credential is bad.</summary>
    Auth,

    /// <summary>404, or a model that the provider does not know.</summary>
    NotFound,

    /// <summary>The conversation, or it and the output that was asked for, is too long for the model.</summary>
    ContextLength,

    /// <summary>The inactivity clock ran out.</summary>
    InactivityTimeout,

    /// <summary>No connection.</summary>
    ConnectError,

    /// <summary>What came is not a stream of this dialect, or it broke off.</summary>
    ProtocolError,

    /// <summary>Nobody waits for it any more.</summary>
    Cancelled,

    /// <summary>The destination's circuit is open: nothing was sent.</summary>
    CircuitOpen,

    /// <summary>The provider or model can't take some part of the conversation: nothing was sent.</summary>
    UnsupportedInput,
}

/// <summary>The wire form of outcomes.</summary>
internal static class ChatOutcomes
{
    public static string Name(this ChatOutcome outcome) => outcome switch
    {
        ChatOutcome.Ok => "ok",
        ChatOutcome.Empty => "empty",
        ChatOutcome.Refused => "refused",
        ChatOutcome.HttpError => "http_error",
        ChatOutcome.RateLimited => "rate_limited",
        ChatOutcome.Auth => "auth",
        ChatOutcome.NotFound => "not_found",
        ChatOutcome.ContextLength => "context_length",
        ChatOutcome.InactivityTimeout => "inactivity_timeout",
        ChatOutcome.ConnectError => "connect_error",
        ChatOutcome.ProtocolError => "protocol_error",
        ChatOutcome.Cancelled => "cancelled",
        ChatOutcome.CircuitOpen => "circuit_open",
        _ => "unsupported_input",
    };
}
