using System.Buffers;

namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>What of a request is looked at.</summary>
internal readonly ref struct InspectedRequest
{
    /// <summary>The method; GET for a WebSocket.</summary>
    public required string Method { get; init; }

    /// <summary>The path that the provider sees, raw, without query.</summary>
    public required ReadOnlySpan<char> Path { get; init; }

    /// <summary>The path of the provider's base URL, which <see cref="Path"/> begins with; empty if it has none.</summary>
    public ReadOnlySpan<char> BasePath { get; init; }

    /// <summary>The query, raw, without its question mark.</summary>
    public ReadOnlySpan<char> Query { get; init; }

    /// <summary>The value of Content-Type; of several, all of them joined by commas. Null if there is none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether the body has a Content-Encoding, so that it can't be read.</summary>
    public bool IsEncoded { get; init; }

    /// <summary>The body, or its first part.</summary>
    public ReadOnlySequence<byte> Body { get; init; }

    /// <summary>Whether <see cref="Body"/> is all of it.</summary>
    public bool IsWhole { get; init; }
}
