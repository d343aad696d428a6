using System.Text.Json.Nodes;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

/// <summary>What single events of each provider mean.</summary>
public sealed class ChatStreamContentTests
{
    private static ChatResult Read(string kind, params string[] events) =>
        ChatStreams.Read(ProviderKinds.Find(kind)!, string.Concat(events.Select(data => $"data: {data}\n\n")));

    private static ChatResult OpenAI(string delta, string finish = "stop") =>
        Read("OpenAI", $$"""{"choices":[{"index":0,"delta":{{delta}},"finish_reason":"{{finish}}"}]}""", "[DONE]");

    [Theory]
    [InlineData("stop", nameof(ChatFinishReason.Stop), nameof(ChatOutcome.Ok))]
    [InlineData("eos_token", nameof(ChatFinishReason.Stop), nameof(ChatOutcome.Ok))]
    [InlineData("length", nameof(ChatFinishReason.Length), nameof(ChatOutcome.Ok))]
    [InlineData("model_length", nameof(ChatFinishReason.Length), nameof(ChatOutcome.Ok))]
    [InlineData("content_filter", nameof(ChatFinishReason.ContentFilter), nameof(ChatOutcome.Refused))]
    [InlineData("something", nameof(ChatFinishReason.Other), nameof(ChatOutcome.Ok))]
    public void OpenAI_FinishReason_IsNormalised(string word, string reason, string outcome)
    {
        var result = OpenAI("""{"content":"a"}""", word);

        Assert.Equal((reason, outcome, reason == nameof(ChatFinishReason.Length)), (result.FinishReason.ToString(), result.Outcome.ToString(), result.IsTruncated));
    }

    [Theory]
    [InlineData("end_turn", nameof(ChatFinishReason.Stop), nameof(ChatOutcome.Ok))]
    [InlineData("stop_sequence", nameof(ChatFinishReason.Stop), nameof(ChatOutcome.Ok))]
    [InlineData("max_tokens", nameof(ChatFinishReason.Length), nameof(ChatOutcome.Ok))]
    [InlineData("model_context_window_exceeded", nameof(ChatFinishReason.Length), nameof(ChatOutcome.Ok))]
    [InlineData("refusal", nameof(ChatFinishReason.Refusal), nameof(ChatOutcome.Refused))]
    [InlineData("pause_turn", nameof(ChatFinishReason.Other), nameof(ChatOutcome.Ok))]
    public void Anthropic_StopReason_IsNormalised(string word, string reason, string outcome)
    {
        var result = Read(
            "Anthropic",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}""",
            $$"""{"type":"message_delta","delta":{"stop_reason":"{{word}}"},"usage":{"output_tokens":1} }""",
            """{"type":"message_stop"}""");

        Assert.Equal((reason, outcome), (result.FinishReason.ToString(), result.Outcome.ToString()));
    }

    [Theory]
    [InlineData("STOP", nameof(ChatFinishReason.Stop), nameof(ChatOutcome.Ok))]
    [InlineData("MAX_TOKENS", nameof(ChatFinishReason.Length), nameof(ChatOutcome.Ok))]
    [InlineData("SAFETY", nameof(ChatFinishReason.ContentFilter), nameof(ChatOutcome.Refused))]
    [InlineData("RECITATION", nameof(ChatFinishReason.ContentFilter), nameof(ChatOutcome.Refused))]
    [InlineData("PROHIBITED_CONTENT", nameof(ChatFinishReason.ContentFilter), nameof(ChatOutcome.Refused))]
    [InlineData("BLOCKLIST", nameof(ChatFinishReason.ContentFilter), nameof(ChatOutcome.Refused))]
    [InlineData("MALFORMED_FUNCTION_CALL", nameof(ChatFinishReason.Other), nameof(ChatOutcome.Ok))]
    public void Google_FinishReason_IsNormalised(string word, string reason, string outcome)
    {
        var result = Read("Google", $$"""{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"{{word}}"}]}""");

        Assert.Equal((reason, outcome), (result.FinishReason.ToString(), result.Outcome.ToString()));
    }

    [Fact]
    public void Google_BlockedPrompt_IsRefused() =>
        Assert.Equal(ChatOutcome.Refused, Read("Google", """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9}}""").Outcome);

    [Fact]
    public void OpenAI_Refusal_IsRefusedWithItsWords()
    {
        var result = OpenAI("""{"refusal":"I can't."}""");

        Assert.Equal((ChatOutcome.Refused, "I can't.", ""), (result.Outcome, result.Refusal, result.Text));
    }

    [Fact]
    public void Anthropic_RefusalsExplanation_IsKept()
    {
        var result = Read("Anthropic", """{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","explanation":"No."}}}""", """{"type":"message_stop"}""");

        Assert.Equal((ChatOutcome.Refused, "No."), (result.Outcome, result.Refusal));
    }

    [Theory]
    [InlineData("{}", new[] { "" }, "{}")]
    [InlineData("{}", new string[0], "{}")]
    [InlineData("null", new string[0], "{}")]
    [InlineData("""{"city":"Oslo"}""", new[] { "" }, """{"city":"Oslo"}""")]
    [InlineData("{}", new[] { "", "{\"city\":", "", "\"Oslo\"}" }, """{"city":"Oslo"}""")]
    public void Anthropic_ArgumentsOfACall_AreAlwaysJson(string input, string[] pieces, string arguments)
    {
        // The second call has the same arguments, and blocks of text that reuse its index change nothing.
        string[] Block(string id, int index) =>
        [
            $$"""{"type":"content_block_start","index":{{index}},"content_block":{"type":"tool_use","id":"{{id}}","name":"look","input":{{input}}} }""",
            .. pieces.Select(piece => new JsonObject
            {
                ["type"] = "content_block_delta",
                ["index"] = index,
                ["delta"] = new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = piece },
            }.ToJsonString()),
            $$"""{"type":"content_block_stop","index":{{index}}}""",
        ];

        var result = Read(
            "Anthropic",
            [
                .. Block("a", 1),
                .. Block("b", 2),
                """{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}""",
                """{"type":"content_block_stop","index":2}""",
                """{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1}}""",
                """{"type":"message_stop"}""",
            ]);

        Assert.Equal(ChatOutcome.Ok, result.Outcome);
        Assert.Equal([new ChatToolCall("a", "look", arguments), new ChatToolCall("b", "look", arguments)], result.ToolCalls);
    }

    [Theory]
    [InlineData("""{"reasoning_content":"hm","content":"a"}""")]
    [InlineData("""{"reasoning":"hm","content":"a"}""")]
    [InlineData("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]}""")]
    public void OpenAI_Thinking_IsNotText(string delta) => Assert.Equal("a", OpenAI(delta).Text);

    [Theory]
    [InlineData("""{"content":""}""")]
    [InlineData("""{"content":" \n"}""")]
    [InlineData("""{"reasoning_content":"hm"}""")]
    [InlineData("{}")]
    public void NoText_IsEmpty(string delta) => Assert.Equal(ChatOutcome.Empty, OpenAI(delta).Outcome);

    [Fact]
    public void WholeCallsWithOneIndex_AreToldApartByTheirIds()
    {
        var result = OpenAI("""{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"b","function":{"name":"g","arguments":"[]"},"extra_content":{"google":{"thought_signature":"s"}}}]}""", "tool_calls");

        Assert.Equal([new ChatToolCall("a", "f", "{}"), new ChatToolCall("b", "g", "[]") { Signature = "s" }], result.ToolCalls);
    }

    [Fact]
    public void CallsWithoutIndexAndId_AreNumberedByPosition()
    {
        var result = OpenAI("""{"tool_calls":[{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"g","arguments":"{}"}}]}""", "tool_calls");

        Assert.Equal(["f", "g"], result.ToolCalls.Select(call => call.Name));
        Assert.Equal(2, result.ToolCalls.Select(call => call.Id).Distinct().Count());
    }

    [Fact]
    public void ToolCalls_AreAnAnswerOnlyWhereTheyAreWanted()
    {
        const string Stream = "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n";

        Assert.Equal(ChatOutcome.Ok, ChatStreams.Read(ProviderKinds.OpenAI, Stream).Outcome);
        Assert.Equal(ChatOutcome.Empty, ChatStreams.Read(ProviderKinds.OpenAI, Stream, acceptsToolCalls: false).Outcome);
    }

    [Theory]
    [InlineData("OpenAI", """{"error":{"message":"The server had an error","type":"server_error","code":null}}""", nameof(ChatOutcome.HttpError), 500, "server_error")]
    [InlineData("OpenAI", """{"error":{"message":"Rate limit","type":"requests","code":"rate_limit_exceeded"}}""", nameof(ChatOutcome.RateLimited), 429, "rate_limit_exceeded")]
    [InlineData("OpenAI", """{"error":{"message":"x","type":"invalid_request_error","code":"context_length_exceeded"}}""", nameof(ChatOutcome.ContextLength), 400, "context_length_exceeded")]
    [InlineData("OpenAI", """{"object":"error","message":"Internal","type":"InternalServerError","code":500}""", nameof(ChatOutcome.HttpError), 500, "InternalServerError")]
    [InlineData("OpenAI", """{"error":"Model is overloaded","error_type":"overloaded"}""", nameof(ChatOutcome.HttpError), 500, null)]
    [InlineData("Anthropic", """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", nameof(ChatOutcome.HttpError), 529, "overloaded_error")]
    [InlineData("Anthropic", """{"type":"error","error":{"type":"rate_limit_error","message":"x"}}""", nameof(ChatOutcome.RateLimited), 429, "rate_limit_error")]
    [InlineData("Anthropic", """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""", nameof(ChatOutcome.Auth), 401, null)]
    [InlineData("Google", """{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}""", nameof(ChatOutcome.HttpError), 503, "UNAVAILABLE")]
    [InlineData("Google", """{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}]}}""", nameof(ChatOutcome.RateLimited), 429, "RESOURCE_EXHAUSTED")]
    public void ErrorWithinAStream_HasTheOutcomeOfItsStatus(string kind, string data, string outcome, int status, string? code)
    {
        var result = Read(kind, data, "[DONE]");

        Assert.Equal((outcome, status, code), (result.Outcome.ToString(), result.Failure!.Status, result.Failure.Code));
    }

    [Fact]
    public void ErrorAfterText_KeepsNeitherTheRestNorAnOk()
    {
        var result = Read("OpenAI", """{"choices":[{"delta":{"content":"a"}}]}""", """{"error":{"message":"x"}}""", """{"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}]}""", "[DONE]");

        Assert.Equal((ChatOutcome.HttpError, "a"), (result.Outcome, result.Text));
    }
}
