using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>How one provider is asked to chat, and how its answer is read: always as a stream. Sends nothing.</summary>
/// <remarks>One instance for the life of the process; thread-safe.</remarks>
internal abstract class ChatDialect
{
    // The body is JSON of type application/json: HTML's characters and those outside of ASCII need no escaping.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Fields that a request must have beside the credential and <c>Content-Type: application/json</c>.</summary>
    public virtual IReadOnlyList<KeyValuePair<string, string>> Fields => [];

    /// <summary>The request target, raw: path and query, to be put behind the provider's base URL.</summary>
    public abstract string TargetFor(string model);

    /// <summary>What of the conversation this provider can't be given, for a developer to read; null if it can take all of it.</summary>
    public abstract string? FindUnsupported(ChatRequest request);

    /// <summary>Starts to read an answer of status 200.</summary>
    public abstract ChatStreamReader CreateReader();

    /// <summary>Writes the body.</summary>
    /// <param name="body">Where to.</param>
    /// <param name="request">A request in which <see cref="FindUnsupported"/> finds nothing.</param>
    /// <param name="isPublicBaseUrl">Whether it goes to the kind's own public address, and so to the provider itself, not to one that imitates it.</param>
    public void WriteBody(IBufferWriter<byte> body, ChatRequest request, bool isPublicBaseUrl)
    {
        using var json = new Utf8JsonWriter(body, Json);
        json.WriteStartObject();
        WriteProperties(json, request, isPublicBaseUrl);
        json.WriteEndObject();
    }

    protected abstract void WriteProperties(Utf8JsonWriter json, ChatRequest request, bool isPublicBaseUrl);

    protected static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    protected static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    /// <summary>Writes JSON that is already text.</summary>
    protected static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, string value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value);
    }

    protected static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
