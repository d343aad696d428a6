using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>An entry as a line of JSON. What is not known is left out.</summary>
internal sealed class AccessLine : IDisposable
{
    private const int MostText = 1024;
    private const decimal NanoPerUsd = 1_000_000_000;

    // A line is read by tools: quotes and control characters are escaped, letters of other scripts need not be.
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public void Write(AccessEntry entry, ArrayBufferWriter<byte> lines)
    {
        _json.Reset(lines);
        _json.WriteStartObject();
        _json.WriteString("time"u8, entry.At.UtcDateTime);
        Text("request_id"u8, entry.RequestId);
        Text("key"u8, entry.Key);
        Text("provider"u8, entry.Provider);
        Text("method"u8, entry.Method);
        _json.WriteString("path"u8, PathOf(entry));
        Text("model"u8, entry.Model);
        _json.WriteNumber("status"u8, entry.Status);
        Text("error"u8, entry.Error);
        Text("outcome"u8, entry.Outcome);
        _json.WriteNumber("duration_ms"u8, Milliseconds(entry.Duration));
        if (entry.FirstChunk is { } first)
        {
            _json.WriteNumber("first_chunk_ms"u8, Milliseconds(first));
        }

        Number("request_bytes"u8, entry.RequestBytes);
        Number("response_bytes"u8, entry.ResponseBytes);
        if (entry.InputTokens + entry.OutputTokens > 0)
        {
            _json.WriteNumber("input_tokens"u8, entry.InputTokens);
            _json.WriteNumber("output_tokens"u8, entry.OutputTokens);
            _json.WriteNumber("cost_usd"u8, entry.NanoUsd / NanoPerUsd);
            _json.WriteBoolean("estimated"u8, entry.IsEstimated);
        }

        Text("credential"u8, entry.Credential);
        Text("destination"u8, entry.Destination);
        Text("run_id"u8, entry.RunId);
        _json.WriteEndObject();
        _json.Flush();
        lines.Write("\n"u8);
    }

    public void Dispose() => _json.Dispose();

    // A URL may hold a key, where none belongs: then all that is told of it is the route.
    private static ReadOnlySpan<char> PathOf(AccessEntry entry)
    {
        var path = entry.Target.AsSpan();
        if (path.IndexOf('?') is var query and >= 0)
        {
            path = path[..query];
        }

        if (entry.Error == "invalid_key" && path.Length > 1 && path[1..].IndexOf('/') is var segment and >= 0)
        {
            path = path[..(segment + 1)];
        }

        return Cut(path);
    }

    private static ReadOnlySpan<char> Cut(ReadOnlySpan<char> text) => text.Length > MostText ? text[..MostText] : text;

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private void Text(ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            _json.WriteString(name, Cut(text));
        }
    }

    private void Number(ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } value)
        {
            _json.WriteNumber(name, value);
        }
    }
}
