using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>OpenAI's own SDK for .NET on <c>/ultra/v1</c>: tools, images, errors. Plain answers and streams are in <see cref="UltraStreamTests"/>.</summary>
public sealed class UltraSdkTests
{
    private static readonly ChatTool Look = ChatTool.CreateFunctionTool("look", "Looks at the sky", BinaryData.FromString("""{"type":"object","properties":{"body":{"type":"string"}}}"""));

    [Fact]
    public async Task ToolLoop_AsksThePanelOnce_AndThenTheLeadAlone()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Lead.Script(request => !request.Text.Contains("\"role\":\"tool\"", StringComparison.Ordinal), new SimulatedBehaviour { Handler = CallsTheToolAsync });
        environment.ScriptUsualRun();
        var client = Client(environment);
        var options = new ChatCompletionOptions { Tools = { Look } };
        List<ChatMessage> messages = [new UserChatMessage(UltraEnvironment.Question)];

        ChatCompletion first = await client.CompleteChatAsync(messages, options, TestContext.Current.CancellationToken);
        var call = Assert.Single(first.ToolCalls);
        var calls = environment.Requests.Count();
        messages.Add(new AssistantChatMessage(first));
        messages.Add(new ToolChatMessage(call.Id, "Two."));
        ChatCompletion second = await client.CompleteChatAsync(messages, options, TestContext.Current.CancellationToken);

        Assert.Equal((ChatFinishReason.ToolCalls, "look"), (first.FinishReason, call.FunctionName));
        Assert.Equal("Mars has two moons: Phobos and Deimos.", second.Content[0].Text);
        Assert.Equal((7, 8), (calls, environment.Requests.Count()));

        // Members are told of the tools, and given none.
        Assert.All(environment.Requests.Where(UltraEnvironment.IsDraft).Where(request => request.Provider != "huggingface"), request =>
        {
            Assert.Null(request.Json()!["tools"]);
            Assert.Contains("Looks at the sky", request.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Image_ReachesEveryMember_AndTheLead()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();
        var image = BinaryData.FromBytes(Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="));

        ChatCompletion answer = await Client(environment).CompleteChatAsync(
            [new UserChatMessage(ChatMessageContentPart.CreateTextPart("What is this?"), ChatMessageContentPart.CreateImagePart(image, "image/png"))],
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("Mars has two moons: Phobos and Deimos.", answer.Content[0].Text);
        Assert.Equal(7, environment.Requests.Count(request => request.Text.Contains("iVBORw0KGgo", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("wrong-key", "ultra", 401)]
    [InlineData(UltraEnvironment.Key, "nobody", 404)]
    public async Task Errors_AreTheSdksOwn_AndNothingIsCalled(string key, string model, int status)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        var client = new ChatClient(model, new ApiKeyCredential(key), Options(environment));

        var error = await Assert.ThrowsAsync<ClientResultException>(() => client.CompleteChatAsync(["?"]));

        Assert.Equal(status, error.Status);
        Assert.Empty(environment.Requests);
    }

    [Theory]
    [InlineData(429, 429)]
    [InlineData(500, 502)]
    public async Task ErrorsOfAllMembers_AreTheSdksOwn(int provider, int status)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        foreach (var member in environment.Members)
        {
            member.Script(_ => true, new SimulatedBehaviour { Status = provider });
        }

        var options = Options(environment);
        options.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        var client = new ChatClient("ultra", new ApiKeyCredential(UltraEnvironment.Key), options);

        var error = await Assert.ThrowsAsync<ClientResultException>(() => client.CompleteChatAsync(["?"]));

        Assert.Equal(status, error.Status);
    }

    private static ChatClient Client(UltraEnvironment environment) => new("ultra", new ApiKeyCredential(UltraEnvironment.Key), Options(environment));

    private static OpenAIClientOptions Options(UltraEnvironment environment) => new() { Endpoint = new Uri(environment.Address + "/ultra/v1") };

    private static async Task CallsTheToolAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        var body = """
            data: {"choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"body\":\"Mars\"}"}}]}}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

            data: [DONE]


            """u8.ToArray();
        await context.Response.Body.WriteAsync(body);
    }
}
