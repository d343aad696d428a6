namespace UltraAI.Gateway.Providers.Chat;

/// <summary>What is wrong with a request, in the codes that /ultra answers with.</summary>
internal enum ChatRequestFault
{
    /// <summary><c>invalid_request</c></summary>
    InvalidRequest,

    /// <summary><c>unsupported_parameter</c></summary>
    UnsupportedParameter,

    /// <summary><c>unsupported_modality</c></summary>
    UnsupportedModality,
}

/// <summary>One fault of a request.</summary>
/// <param name="Fault">What kind.</param>
/// <param name="Param">The path of the JSON value, such as <c>messages[2].content[0].type</c>; null when it is the body itself.</param>
/// <param name="Message">Names the thing and the fix; quotes no content.</param>
internal sealed record ChatRequestError(ChatRequestFault Fault, string? Param, string Message)
{
    /// <summary>The code of the error.</summary>
    public string Code => Fault switch
    {
        ChatRequestFault.UnsupportedParameter => "unsupported_parameter",
        ChatRequestFault.UnsupportedModality => "unsupported_modality",
        _ => "invalid_request",
    };
}

/// <summary>A request that was read, or all that is wrong with it.</summary>
/// <param name="Request">The request; null if there are errors.</param>
/// <param name="Errors">At most <see cref="MostErrors"/>.</param>
internal sealed record ChatRequestReading(ChatRequest? Request, IReadOnlyList<ChatRequestError> Errors)
{
    public const int MostErrors = 20;
}

/// <summary>Collects errors, up to a bound.</summary>
internal sealed class ChatRequestErrors
{
    private readonly List<ChatRequestError> _errors = [];

    public IReadOnlyList<ChatRequestError> All => _errors;

    public void Add(ChatRequestFault fault, string? param, string message)
    {
        if (_errors.Count < ChatRequestReading.MostErrors)
        {
            _errors.Add(new ChatRequestError(fault, param, message));
        }
    }

    public void Invalid(string? param, string message) => Add(ChatRequestFault.InvalidRequest, param, message);

    public void Unsupported(string param, string message) => Add(ChatRequestFault.UnsupportedParameter, param, message);
}
