namespace UltraAI.Gateway.Providers.Chat;

/// <summary>A piece of a message.</summary>
internal abstract record ChatPart;

internal sealed record TextPart(string Text) : ChatPart;

/// <summary>The words with which an assistant refused, in an earlier turn.</summary>
internal sealed record RefusalPart(string Text) : ChatPart;

/// <summary>An image at a URL (http or https), or its bytes: exactly one of <see cref="Url"/> and <see cref="Data"/>.</summary>
internal sealed record ImagePart : ChatPart
{
    public string? Url { get; init; }

    /// <summary>Base64.</summary>
    public string? Data { get; init; }

    /// <summary>Such as <c>image/png</c>; null if a URL does not tell.</summary>
    public string? MediaType { get; init; }

    /// <summary>OpenAI's <c>low</c>, <c>high</c> or <c>auto</c>.</summary>
    public string? Detail { get; init; }
}

/// <summary>A document: its bytes, or the id of a file that was uploaded to OpenAI. Exactly one of <see cref="Data"/> and <see cref="FileId"/>.</summary>
internal sealed record FilePart : ChatPart
{
    public string? Name { get; init; }

    /// <summary>Base64.</summary>
    public string? Data { get; init; }

    public string? MediaType { get; init; }

    public string? FileId { get; init; }
}
