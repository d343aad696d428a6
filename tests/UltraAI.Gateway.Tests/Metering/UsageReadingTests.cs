using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>What is known of a response that says nothing, or not all.</summary>
public sealed class UsageReadingTests
{
    private const string Chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"1234567890\"}}]}\n\n";

    private const string Opening = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n";

    private const string Delta = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"12345678\"}}\n\n";

    [Fact]
    public void Stream_WithoutUsage_CountsWhatTheModelWrote()
    {
        var reading = UsageSample.Read(UsageDialect.OpenAIChat, Chunk + Chunk + "data: [DONE]\n\n");

        Assert.Equal(new UsageReading(default, IsReported: false, IsComplete: false, OutputBytes: 20), reading);
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{"reasoning_content":"12345","content":null}}]}""", 5)]
    [InlineData("""{"choices":[{"delta":{"tool_calls":[{"function":{"name":"look","arguments":"{\"a\":1}"}}]}}]}""", 9)]
    [InlineData("""{"choices":[{"delta":{"content":"a\n\u00e9"}}]}""", 9)]
    [InlineData("""{"choices":[{"delta":{"content" : "abc"}}], "other":"abc"}""", 3)]
    public void OutputBytes_AreThoseOfContent(string json, long bytes) =>
        Assert.Equal(bytes, UsageSample.Read(UsageDialect.OpenAIChat, $"data: {json}\n\n").OutputBytes);

    [Fact]
    public void Messages_AbortedAfterTheirStart_KnowTheInputAlone()
    {
        var reading = UsageSample.Read(UsageDialect.AnthropicMessages, Opening + Delta + Delta, hasArrived: false);

        Assert.Equal(new UsageReading(new TokenUsage { Input = 25, Output = 1 }, IsReported: true, IsComplete: false, OutputBytes: 16), reading);
    }

    [Fact]
    public void Messages_EndingWithoutDelta_AreNotComplete() =>
        Assert.False(UsageSample.Read(UsageDialect.AnthropicMessages, Opening + Delta).IsComplete);

    [Fact]
    public void Messages_LeftAfterTheirDelta_AreComplete()
    {
        var reading = UsageSample.Read(UsageDialect.AnthropicMessages, Opening + Delta + "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9}}\n\n", hasArrived: false);

        Assert.Equal(new UsageReading(new TokenUsage { Input = 25, Output = 9 }, IsReported: true, IsComplete: true, OutputBytes: 0), reading);
    }

    [Fact]
    public void GenerateContent_Aborted_CountsWhatCameAfterTheLastReport()
    {
        const string First = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"1234\"}]}}],\"usageMetadata\":{\"promptTokenCount\":8,\"candidatesTokenCount\":2}}\r\n\r\n";
        const string Second = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"12345678\"}]}}]}\r\n\r\n";
        var reading = UsageSample.Read(UsageDialect.GoogleGenerateContent, First + Second, hasArrived: false);

        Assert.Equal(new UsageReading(new TokenUsage { Input = 8, Output = 2 }, IsReported: true, IsComplete: false, OutputBytes: 8), reading);
    }

    [Fact]
    public void Chat_LeftAfterDone_IsComplete()
    {
        const string Last = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}}\n\n";

        Assert.False(UsageSample.Read(UsageDialect.OpenAIChat, Chunk + Last, hasArrived: false).IsComplete);
        Assert.True(UsageSample.Read(UsageDialect.OpenAIChat, Chunk + Last + "data: [DONE]\n\n", hasArrived: false).IsComplete);
    }

    [Fact]
    public void Unary_LeftAfterItsLastByte_IsComplete()
    {
        const string Body = """{"usage":{"prompt_tokens":19,"completion_tokens":10},"choices":[]}""";

        Assert.True(UsageSample.Read(UsageDialect.OpenAIChat, Body, hasArrived: false).IsComplete);
        Assert.False(UsageSample.Read(UsageDialect.OpenAIChat, Body[..^1], hasArrived: false).IsComplete);
    }
}
