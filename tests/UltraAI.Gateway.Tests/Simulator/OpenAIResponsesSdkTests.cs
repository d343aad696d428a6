#pragma warning disable OPENAI001, OPENAI002 // Marked experimental in the SDK; people use it all the same.

using System.ClientModel;
using System.Text;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Realtime;
using OpenAI.Responses;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

public sealed class OpenAIResponsesSdkDirectTests(SimulatorFixture fixture) : OpenAIResponsesSdkTests<SimulatorFixture>(fixture);

public sealed class OpenAIResponsesSdkGatewayTests(GatewayFixture fixture) : OpenAIResponsesSdkTests<GatewayFixture>(fixture);

/// <summary>The OpenAI SDK's newer clients, responses and realtime, straight and through the gateway.</summary>
public abstract class OpenAIResponsesSdkTests<TFixture>(TFixture fixture) : IClassFixture<TFixture>
    where TFixture : SimulatorFixture
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Response_Question_IsAnsweredAndStored()
    {
        var responses = Client().GetResponsesClient();
        ResponseResult answer = await responses.CreateResponseAsync("gpt-5", "How do ocean tides work?", cancellationToken: Cancelled);
        ResponseResult stored = await responses.GetResponseAsync(answer.Id, Cancelled);
        await responses.DeleteResponseAsync(answer.Id, Cancelled);

        Assert.Contains("ocean tides", answer.GetOutputText(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(answer.GetOutputText(), stored.GetOutputText());
        Assert.True(answer.Usage.OutputTokenCount > 0);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => responses.GetResponseAsync(answer.Id, Cancelled))).Status);
    }

    [Fact]
    public async Task ResponseStream_Question_EndsCompleted()
    {
        var text = new StringBuilder();
        ResponseResult? completed = null;
        await foreach (var update in await Client().GetResponsesClient().CreateResponseStreamingAsync("gpt-5", "How do ocean tides work?", cancellationToken: Cancelled))
        {
            text.Append((update as StreamingResponseOutputTextDeltaUpdate)?.Delta);
            completed = (update as StreamingResponseCompletedUpdate)?.Response ?? completed;
        }

        Assert.Contains("ocean tides", text.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(text.ToString(), completed?.GetOutputText());
    }

    [Fact]
    public async Task Response_WithTool_CallsIt()
    {
        var options = new CreateResponseOptions("gpt-5", [ResponseItem.CreateUserMessageItem("What is the weather?")]);
        options.Tools.Add(ResponseTool.CreateFunctionTool(
            "get_weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""), strictModeEnabled: true));
        ResponseResult answer = await Client().GetResponsesClient().CreateResponseAsync(options, Cancelled);

        var call = Assert.IsType<FunctionCallResponseItem>(Assert.Single(answer.OutputItems));
        Assert.Equal("get_weather", call.FunctionName);
        Assert.NotNull(JsonNode.Parse(call.FunctionArguments)!["city"]);
    }

    [Fact]
    public async Task Realtime_Conversation_AnswersInText()
    {
        var endpoint = new UriBuilder(new Uri(fixture.AddressOf(fixture.Simulator.OpenAI).ToString().TrimEnd('/') + "/v1")) { Scheme = "ws" }.Uri;
        var client = new RealtimeClient(new ApiKeyCredential(fixture.KeyOf(fixture.Simulator.OpenAI)), new RealtimeClientOptions { Endpoint = endpoint });
        using var session = await client.StartConversationSessionAsync("gpt-realtime", cancellationToken: Cancelled);
        await session.AddItemAsync(RealtimeItem.CreateUserMessageItem("How do ocean tides work?"), Cancelled);
        await session.StartResponseAsync(Cancelled);

        var text = new StringBuilder();
        await foreach (var update in session.ReceiveUpdatesAsync(Cancelled))
        {
            text.Append((update as RealtimeServerUpdateResponseOutputTextDelta)?.Delta);
            if (update is RealtimeServerUpdateResponseDone)
            {
                break;
            }
        }

        Assert.Contains("ocean tides", text.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private OpenAIClient Client() => new(
        new ApiKeyCredential(fixture.KeyOf(fixture.Simulator.OpenAI)), new OpenAIClientOptions { Endpoint = new Uri(fixture.AddressOf(fixture.Simulator.OpenAI).ToString().TrimEnd('/') + "/v1") });
}
