namespace UltraAI.Gateway.Providers;

/// <summary>Where a request says which model it is for.</summary>
internal enum ModelPlace
{
    /// <summary>Nobody knows: the endpoint is none of the listed ones.</summary>
    Unknown,

    /// <summary>Nowhere: a listed endpoint that is for no model, such as files.</summary>
    Nowhere,

    /// <summary>The property <c>model</c> at the top of the JSON body.</summary>
    Body,

    /// <summary>The field <c>model</c> of a multipart form.</summary>
    Form,

    /// <summary>A segment of the path.</summary>
    Path,

    /// <summary>The query parameter <see cref="ProviderEndpoint.ModelParameter"/>.</summary>
    Query,

    /// <summary><c>requests[].params.model</c> of Anthropic's message batches: several.</summary>
    BatchRequests,

    /// <summary>Where the request can't show it: a stored object, a file, a later message (<see cref="ProviderEndpoint.Elsewhere"/> says where).</summary>
    Elsewhere,
}

/// <summary>How a response says what was used.</summary>
internal enum UsageDialect
{
    /// <summary>It does not, or nobody knows.</summary>
    None,

    /// <summary><c>usage.prompt_tokens</c>, <c>completion_tokens</c>: OpenAI's chat and text completions, and all who speak them.</summary>
    OpenAIChat,

    /// <summary><c>usage.input_tokens</c>, <c>output_tokens</c>, at the top or in <c>response</c>: OpenAI's responses.</summary>
    OpenAIResponses,

    /// <summary><c>usage.prompt_tokens</c>: OpenAI's embeddings.</summary>
    OpenAIEmbeddings,

    /// <summary><c>usage.input_tokens</c>, <c>output_tokens</c>: OpenAI's images.</summary>
    OpenAIImages,

    /// <summary><c>usage</c> of transcriptions, in tokens where the model reports it.</summary>
    OpenAIAudio,

    /// <summary><c>usage</c> of Anthropic's messages, in <c>message_start</c> and <c>message_delta</c> when streamed.</summary>
    AnthropicMessages,

    /// <summary><c>usageMetadata</c> of Google's generateContent; the last one of a stream counts.</summary>
    GoogleGenerateContent,
}

/// <summary>What the gateway knows about an endpoint of a provider.</summary>
internal sealed record ProviderEndpoint
{
    /// <summary>An endpoint that is not listed: it works, unmetered, for keys without model scope.</summary>
    public static readonly ProviderEndpoint Unlisted = new();

    /// <summary>A listed endpoint that is for no model.</summary>
    public static readonly ProviderEndpoint Modelless = new() { Model = ModelPlace.Nowhere };

    /// <summary>The operation in OpenTelemetry's terms (<c>gen_ai.operation.name</c>): <c>chat</c>, <c>text_completion</c>, <c>embeddings</c>, <c>generate_content</c>; null for others.</summary>
    public string? Operation { get; init; }

    public ModelPlace Model { get; init; }

    /// <summary>The query parameter that holds the model where <see cref="Model"/> is <see cref="ModelPlace.Query"/>.</summary>
    public string ModelParameter { get; init; } = "model";

    /// <summary>Where the model comes from if not from the request, for a message; null for all but <see cref="ModelPlace.Elsewhere"/>.</summary>
    public string? Elsewhere { get; init; }

    /// <summary>Whether the JSON body may name further models beside the one in the path.</summary>
    public bool NamesMoreInBody { get; init; }

    /// <summary>Whether the answer is a stream without being asked for one in the body.</summary>
    public bool AlwaysStreams { get; init; }

    public UsageDialect Usage { get; init; }

    /// <summary>Whether a stream reports its usage only when <c>stream_options.include_usage</c> asks for it.</summary>
    public bool ReportsStreamUsageOnRequest { get; init; }
}
