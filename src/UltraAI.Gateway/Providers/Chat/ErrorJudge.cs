using System.Buffers;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Says which outcome a provider's error is. Looks at error objects alone, never at a model's text.</summary>
internal static class ErrorJudge
{
    // What providers say of a conversation that is too long, where they have no code for it. In order: OpenAI (it has a code too), vLLM, SGLang and Mistral;
    // Anthropic, twice; Google; text-generation-inference; llama.cpp; Ollama.
    private static readonly SearchValues<string> TooLong = SearchValues.Create(
        [
            "maximum context length", "prompt is too long", "exceed context limit", "exceeds the maximum number of tokens", "`inputs` tokens + `max_new_tokens`",
            "exceeds the available context size", "input length exceeds the context length", "context window",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Judges an answer whose status is not 200, of any provider: their shapes don't overlap.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="retryAfter">The field <c>Retry-After</c>, read by <see cref="RetryAfterField"/>.</param>
    /// <param name="body">The body, decoded, or its first part.</param>
    public static ChatFailure Judge(int status, TimeSpan? retryAfter, ReadOnlyMemory<byte> body) => Judge(status, retryAfter, ProviderError.Read(body));

    /// <param name="status">The status code of the answer, or the one that the error stands for.</param>
    /// <param name="retryAfter">The field <c>Retry-After</c>, read.</param>
    /// <param name="error">The error object.</param>
    public static ChatFailure Judge(int status, TimeSpan? retryAfter, ProviderError error)
    {
        var outcome = OutcomeOf(status, error);
        return outcome == ChatOutcome.Auth
            ? new ChatFailure(outcome, status)
            : new ChatFailure(outcome, status) { Code = error.Code, Message = error.Message, RetryAfter = retryAfter ?? error.RetryAfter };
    }

    private static ChatOutcome OutcomeOf(int status, ProviderError error) => status switch
    {
        StatusCodes.Status401Unauthorized => ChatOutcome.Auth,
        StatusCodes.Status403Forbidden => ChatOutcome.HttpError,
        StatusCodes.Status404NotFound => ChatOutcome.NotFound,
        StatusCodes.Status429TooManyRequests => ChatOutcome.RateLimited,
        >= 400 and < 500 => RequestOutcome(error),
        _ => ChatOutcome.HttpError,
    };

    private static ChatOutcome RequestOutcome(ProviderError error) => error.Code switch
    {
        "API_KEY_INVALID" => ChatOutcome.Auth,
        "context_length_exceeded" => ChatOutcome.ContextLength,
        "model_not_found" or "model_not_supported" or "DeploymentNotFound" => ChatOutcome.NotFound,

        // Azure's filter on prompts: https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter
        "content_filter" or "content_policy_violation" => ChatOutcome.Refused,
        _ => error.Message is { } message && message.AsSpan().ContainsAny(TooLong) ? ChatOutcome.ContextLength : ChatOutcome.HttpError,
    };
}
