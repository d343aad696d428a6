using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Metering;

/// <summary>Tokens that nobody has counted: for reservations, and for calls whose provider did not report them to the end.</summary>
/// <remarks>
/// A token of text is taken as four bytes (https://help.openai.com/en/articles/4936856, https://ai.google.dev/gemini-api/docs/tokens).
/// Error bound, for current tokenizers: within a factor of 2 for prose and code in Latin script, JSON's markup and escapes included;
/// up to 2 too low for dense numbers and text of one to three bytes a token (Chinese, Japanese, emoji); up to 3 too high for text spelled in <c>\u</c> escapes.
/// Media are not text: 64 bytes of base64 are taken as a token. That is within a factor of 4 for photographs of 30 KB to 150 KB
/// (https://docs.claude.com/en/docs/build-with-claude/vision, https://platform.openai.com/docs/guides/images-vision), up to 16 too high for larger ones and for sound,
/// and up to 12 too low for a document that is all text.
/// Media and history that the body only names (files, <c>previous_response_id</c>) are not seen at all. Estimates of reservations are settled with the truth.
/// </remarks>
internal static class UsageEstimate
{
    /// <summary>Output tokens of a request that says no maximum, of a key and model that has no history yet.</summary>
    public const long UnknownOutput = 1024;

    private const int TextBytesPerToken = 4;
    private const int MediaBytesPerToken = 64;

    /// <summary>Input tokens by the size of the body: text, and what of it is media. A form is taken as media, for it carries files.</summary>
    public static long Input(RequestFacts request)
    {
        var media = request.Endpoint.Model == ModelPlace.Form ? request.BodyBytes : Math.Min(request.MediaBytes, request.BodyBytes);
        return Divide(request.BodyBytes - media, TextBytesPerToken) + Divide(media, MediaBytesPerToken);
    }

    /// <summary>What to reserve before the call.</summary>
    /// <param name="request">The request.</param>
    /// <param name="usualOutput">Output tokens of this key and model so far (<see cref="OutputAverages"/>), for all choices together; null without history.</param>
    public static TokenUsage Reservation(RequestFacts request, long? usualOutput) => new()
    {
        Input = Input(request),
        Output = request.Endpoint.Usage == UsageDialect.OpenAIEmbeddings ? 0
            : request.MaxOutputTokens is { } most ? Math.Min(most, long.MaxValue / 2 / Math.Max(1, request.Choices)) * Math.Max(1, request.Choices)
            : usualOutput ?? UnknownOutput,
    };

    /// <summary>What a call that was answered has used.</summary>
    /// <param name="reading">What was observed; null if nothing could be.</param>
    /// <param name="request">The request.</param>
    /// <param name="reservedOutput">Output tokens that were reserved: the best guess for a response that could not be read.</param>
    /// <returns>The usage, and whether any of it is an estimate.</returns>
    public static (TokenUsage Usage, bool IsEstimated) Settle(UsageReading? reading, RequestFacts request, long reservedOutput)
    {
        if (reading is not { } seen)
        {
            return (new TokenUsage { Input = Input(request), Output = reservedOutput }, true);
        }

        if (seen.IsComplete)
        {
            return (seen.Usage, false);
        }

        var usage = seen.Usage with
        {
            Input = seen.IsReported ? seen.Usage.Input : Input(request),
            Output = seen.Usage.Output + Divide(seen.OutputBytes, TextBytesPerToken),
        };
        return (usage, true);
    }

    private static long Divide(long bytes, int bytesPerToken) => (bytes + bytesPerToken - 1) / bytesPerToken;
}
