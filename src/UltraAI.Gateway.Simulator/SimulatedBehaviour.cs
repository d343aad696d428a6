using Microsoft.AspNetCore.Http;

namespace UltraAI.Gateway.Simulator;

/// <summary>How a scripted request is answered. What is left out is answered as the provider would.</summary>
/// <remarks>
/// A chunk is one flushed write: an SSE event, a piece of a body that is sent in pieces, or a WebSocket message.
/// <see cref="HangAfterChunks"/> and <see cref="CutAfterChunks"/> take effect at the latest after the last chunk, so that the answer never ends cleanly.
/// </remarks>
public sealed partial record SimulatedBehaviour
{
    /// <summary>Gets the status. From 400 on, without a <see cref="Body"/>, the body is the provider's own error shape.</summary>
    public int? Status { get; init; }

    /// <summary>Gets the reason phrase of an HTTP/1.1 answer.</summary>
    public string? ReasonPhrase { get; init; }

    /// <summary>Gets response headers to add; a name that the answer already has is replaced, a name given twice is sent twice.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Gets the whole body, instead of the provider's own answer.</summary>
    public string? Body { get; init; }

    /// <summary>Gets the body as chunks of exact bytes, instead of the provider's own answer.</summary>
    public IReadOnlyList<byte[]>? BodyChunks { get; init; }

    /// <summary>Gets the length of a body of repeated bytes, instead of the provider's own answer.</summary>
    public long? BodyLength { get; init; }

    /// <summary>Gets the media type of a given body.</summary>
    public string? ContentType { get; init; }

    /// <summary>Gets the content coding that the answer is really compressed with: <c>gzip</c>, <c>br</c> or <c>deflate</c>.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>Gets whether the answer is compressed when the request's <c>Accept-Encoding</c> names <c>br</c>, <c>gzip</c> or <c>deflate</c>; the first of them that it names is taken.</summary>
    public bool EncodesAsAsked { get; init; }

    /// <summary>Gets the offsets in the answer's body, in bytes before any coding, at which a piece ends and is flushed; in rising order.</summary>
    public IReadOnlyList<long> SplitAt { get; init; } = [];

    /// <summary>Gets the time before the response headers.</summary>
    public TimeSpan DelayBeforeHeaders { get; init; }

    /// <summary>Gets the time before each chunk but the first.</summary>
    public TimeSpan ChunkDelay { get; init; }

    /// <summary>Gets whether no byte of an answer is ever sent.</summary>
    public bool HangBeforeHeaders { get; init; }

    /// <summary>Gets whether the connection ends without a byte of an answer.</summary>
    public bool CutBeforeHeaders { get; init; }

    /// <summary>Gets after how many chunks the answer stalls; 0 sends the headers alone.</summary>
    public int? HangAfterChunks { get; init; }

    /// <summary>Gets after how many chunks the connection (HTTP/2: the stream) ends in the middle of the answer; 0 sends the headers alone.</summary>
    public int? CutAfterChunks { get; init; }

    /// <summary>Gets after how many chunks a streamed answer reports an error in the provider's own stream shape and ends.</summary>
    public int? ErrorAfterChunks { get; init; }

    /// <summary>Gets a task that must complete before the answer begins.</summary>
    public Task? Barrier { get; init; }

    /// <summary>Gets what is awaited before each chunk, by its number from 0.</summary>
    public Func<int, Task>? BeforeChunk { get; init; }

    /// <summary>Gets whether the answer is made when the head arrived, without reading the body.</summary>
    public bool BeforeBody { get; init; }

    /// <summary>Gets the model's text.</summary>
    public string? Text { get; init; }

    /// <summary>Gets what makes the model's text from the request, instead of <see cref="Text"/>.</summary>
    public Func<RecordedRequest, string>? TextOf { get; init; }

    /// <summary>Gets the words of a refusal: OpenAI's <c>refusal</c> field; from Anthropic and Google no text, with the finish reason of a refusal.</summary>
    public string? Refusal { get; init; }

    /// <summary>Gets how many chunks the text (or a given body) is cut into; the text is repeated when it has too few words.</summary>
    public int? Chunks { get; init; }

    /// <summary>Gets the finish reason, in the provider's own word.</summary>
    public string? FinishReason { get; init; }

    /// <summary>Gets the number of input tokens to report.</summary>
    public int? InputTokens { get; init; }

    /// <summary>Gets how many of the input tokens to report as read from a cache.</summary>
    public int? CachedTokens { get; init; }

    /// <summary>Gets the number of output tokens to report.</summary>
    public int? OutputTokens { get; init; }

    /// <summary>Gets the usage to report, instead of what was counted and of the three numbers before. A model's name may ask for it too (<c>usage-INPUT-OUTPUT</c>).</summary>
    public SimulatedUsage? Usage { get; init; }

    /// <summary>Gets whether the answer is full of what looks like a report of usage: in the model's text and in objects inside the answer.</summary>
    public bool HasDecoys { get; init; }

    /// <summary>Gets whether the answer reports no usage at all.</summary>
    public bool OmitUsage { get; init; }

    /// <summary>Gets code that answers the request by itself.</summary>
    public Func<HttpContext, Task>? Handler { get; init; }
}
