using System.Buffers;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Tests.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

/// <summary>The dialects against the simulated providers, over HTTP.</summary>
public sealed class ChatDialectSimulatorTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    public static TheoryData<string, string, string> Providers => new()
    {
        { "openai", "OpenAI", "gpt-4o" },
        { "anthropic", "Anthropic", "claude-opus-4-6" },
        { "google", "Google", "gemini-2.5-flash" },
        { "huggingface", "HuggingFace", "meta-llama/Llama-3.1-8B-Instruct" },
    };

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Question_IsAnswered(string provider, string kind, string model)
    {
        var result = await AskAsync(provider, kind, ChatBodies.Plain(model) with { Messages = [ChatMessage.Of(ChatRole.User, "How do ocean tides work?")] });

        Assert.Equal((ChatOutcome.Ok, ChatFinishReason.Stop), (result.Outcome, result.FinishReason));
        Assert.Contains("ocean tides", result.Text, StringComparison.OrdinalIgnoreCase);
        Assert.True(result.IsUsageFinal && result.Usage.Input > 0 && result.Usage.Output > 0, ChatStreams.Show(result));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Tools_AreCalledAndTheirResultsTaken(string provider, string kind, string model)
    {
        var request = ChatBodies.Plain(model) with
        {
            Messages = [ChatMessage.Of(ChatRole.User, "How is the weather in Oslo?")],
            Tools = [new ChatTool("get_weather", "The weather.", """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""", null)],
            ToolChoice = new ChatToolChoice(ChatToolChoiceMode.Required),
        };

        var first = await AskAsync(provider, kind, request);
        var call = Assert.Single(first.ToolCalls);
        var second = await AskAsync(provider, kind, request with
        {
            Messages = [.. request.Messages, new ChatMessage(ChatRole.Assistant, []) { ToolCalls = [call] }, ChatMessage.Of(ChatRole.Tool, "4 degrees") with { ToolCallId = call.Id }],
            ToolChoice = null,
        });

        Assert.Equal((ChatOutcome.Ok, ChatFinishReason.ToolCalls, "get_weather"), (first.Outcome, first.FinishReason, call.Name));
        Assert.NotNull(JsonNode.Parse(call.Arguments)!["city"]);
        Assert.Equal((ChatOutcome.Ok, ChatFinishReason.Stop), (second.Outcome, second.FinishReason));
        Assert.Empty(second.ToolCalls);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task RichConversation_IsUnderstood(string provider, string kind, string model)
    {
        var request = ChatBodies.RichFor(model) with { Tools = [], ToolChoice = null };

        var result = await AskAsync(provider, kind, request);

        Assert.Equal(ChatOutcome.Ok, result.Outcome);
        Assert.NotNull(JsonNode.Parse(result.Text)!["degrees"]);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task WrongCredential_IsAuth(string provider, string kind, string model)
    {
        var result = await AskAsync(provider, kind, ChatBodies.Plain(model), credential: "wrong");

        Assert.Equal((ChatOutcome.Auth, null), (result.Outcome, result.Failure!.Message));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task UnknownModel_IsNotFound(string provider, string kind, string model) =>
        Assert.Equal(ChatOutcome.NotFound, (await AskAsync(provider, kind, ChatBodies.Plain(model + "-does-not-exist"))).Outcome);

    private async Task<ChatResult> AskAsync(string provider, string kind, ChatRequest request, string? credential = null)
    {
        var dialect = ProviderKinds.Find(kind)!.Chat;
        Assert.Null(dialect.FindUnsupported(request));
        var body = new ArrayBufferWriter<byte>();
        dialect.WriteBody(body, request, isPublicBaseUrl: true);
        using var message = SimulatorFixture.Request(fixture.Provider(provider), HttpMethod.Post, dialect.TargetFor(request.Model), credential: credential);
        message.Content = new ByteArrayContent(body.WrittenSpan.ToArray());
        message.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in dialect.Fields)
        {
            message.Headers.Remove(name);
            message.Headers.Add(name, value);
        }

        using var response = await fixture.SendAsync(message);
        if (!response.IsSuccessStatusCode)
        {
            return ChatResult.Failed(ErrorJudge.Judge((int)response.StatusCode, null, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        }

        return ChatStreams.Read(ProviderKinds.Find(kind)!, await PiecesOf(response));
    }

    private static async Task<List<byte[]>> PiecesOf(HttpResponseMessage response)
    {
        var pieces = new List<byte[]>();
        var buffer = new byte[4096];
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) is var read and > 0)
        {
            pieces.Add(buffer[..read]);
        }

        return pieces;
    }
}
