using System.Text.Encodings.Web;
using System.Text.Json;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Synthesis.Events;

/// <summary>How values are written in answers and events.</summary>
internal static class RunJson
{
    // What goes out is JSON by its media type: HTML's characters need no escaping.
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const decimal NanoPerUsd = 1_000_000_000m;
    private const int ScoreDigits = 4;

    public static long Milliseconds(TimeSpan time) => (long)Math.Round(time.TotalMilliseconds);

    public static decimal Usd(long nanoUsd) => nanoUsd / NanoPerUsd;

    public static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, ScoreDigits));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Usage in the shape of chat completions.</summary>
    public static void WriteUsage(Utf8JsonWriter json, in TokenUsage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, usage.Input);
        json.WriteNumber("completion_tokens"u8, usage.Output);
        json.WriteNumber("total_tokens"u8, usage.Total);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedInput);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
