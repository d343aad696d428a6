namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A streamed chat completion, with and without the chunk that says what was used.</summary>
internal static class ChatStream
{
    /// <summary>Asked for without usage.</summary>
    public const string Body = """{"model":"gpt-4o","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Wie spät? é😀"}]}""";

    public const string BeforeUsage =
        """
        data: {"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

        : a comment

        data: {"id":"c1","choices":[{"index":0,"delta":{"content":"{\"choices\":[],\"usage\":{\"prompt_tokens\":9}} é"},"finish_reason":null}],"usage":null}

        data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}


        """;

    public const string UsageChunk = """
        data: {"id":"c1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46}}


        """;

    public const string Done = "data: [DONE]\n\n";

    public const string WithoutUsage = BeforeUsage + Done;

    public const string WithUsage = BeforeUsage + UsageChunk + Done;

    /// <summary>Answers as OpenAI does: with the chunk if it was asked for.</summary>
    public static async Task AnswerAsync(RawExchange exchange)
    {
        await exchange.ReadBodyAsync();
        await exchange.StartStreamAsync();
        await exchange.WriteChunkAsync(AsksForUsage(exchange.Request) ? WithUsage : WithoutUsage);
        await exchange.WriteLastChunkAsync();
    }

    public static bool AsksForUsage(RawRequest request) => request.BodyText.Contains("\"include_usage\":true", StringComparison.Ordinal);
}
