namespace UltraAI.Gateway.Providers;

/// <summary>What a request says about itself: read beside the bytes, which go on as they are.</summary>
internal sealed class RequestFacts
{
    public required ProviderEndpoint Endpoint { get; init; }

    /// <summary>The model that is asked for; null if there is none, or none could be established (<see cref="Fault"/>).</summary>
    public string? Model { get; set; }

    /// <summary>Further models of the same request: of tools, of Anthropic's message batches. Null for one model.</summary>
    public IReadOnlyList<string>? MoreModels { get; set; }

    /// <summary>Whether the answer is asked for as a stream.</summary>
    public bool IsStream { get; set; }

    /// <summary>Whether the answer only says that there will be one (<c>background</c> of OpenAI's responses): it is made, and billed, later.</summary>
    public bool IsBackground { get; set; }

    /// <summary>Whether the client itself asks for usage at the end of the stream (<c>stream_options.include_usage</c>).</summary>
    public bool AsksForUsage { get; set; }

    /// <summary>The most output tokens per choice that the request allows, in any of its spellings; null if it says none.</summary>
    public long? MaxOutputTokens { get; set; }

    /// <summary>How many answers are asked for: <c>n</c>, <c>candidateCount</c>. At least 1.</summary>
    public int Choices { get; set; } = 1;

    /// <summary>Bytes of the body, as far as they are known; the measure for an estimate of its input tokens.</summary>
    public long BodyBytes { get; set; }

    /// <summary>Of <see cref="BodyBytes"/>: those in long runs of base64, as pictures and sounds are carried in JSON. They are far fewer tokens than text of that length.</summary>
    public long MediaBytes { get; set; }

    /// <summary>Why the model of one of its tools can't be established, while its own can; null if it can.</summary>
    public string? ToolFault { get; set; }

    /// <summary>Why the model can't be established though the endpoint needs one, such as "the body is not JSON"; null if it can.</summary>
    public string? Fault { get; set; }
}
