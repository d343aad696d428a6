using System.Text;
using System.Text.Json;
using Anthropic;
using Anthropic.Core;
using Anthropic.Exceptions;
using Anthropic.Models.Files;
using Anthropic.Models.Messages;
using Anthropic.Models.Messages.Batches;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

public sealed class AnthropicSdkDirectTests(SimulatorFixture fixture) : AnthropicSdkTests<SimulatorFixture>(fixture);

public sealed class AnthropicSdkGatewayTests(GatewayFixture fixture) : AnthropicSdkTests<GatewayFixture>(fixture);

/// <summary>The Anthropic SDK against the simulated provider, straight and through the gateway: the same must happen.</summary>
public abstract class AnthropicSdkTests<TFixture>(TFixture fixture) : IClassFixture<TFixture>
    where TFixture : SimulatorFixture
{
    private const string Model = "claude-sonnet-4-6";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private SimulatedProvider Provider => fixture.Simulator.Anthropic;

    [Fact]
    public async Task Message_Question_IsAnsweredOnItsTopicWithUsage()
    {
        using var client = Client();
        var answer = await client.Messages.Create(Question(), Cancelled);

        Assert.Contains("ocean tides", Text(answer), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(StopReason.EndTurn, answer.StopReason!.Value());
        Assert.True(answer.Usage.InputTokens > 0 && answer.Usage.OutputTokens > 0);
    }

    [Fact]
    public async Task MessageStream_Question_IsTheSameTextInPieces()
    {
        using var client = Client();
        var text = new StringBuilder();
        var output = 0L;
        await foreach (var update in client.Messages.CreateStreaming(Question(), Cancelled))
        {
            if (update.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece))
            {
                text.Append(piece.Text);
            }

            output = update.TryPickDelta(out var last) ? last.Usage.OutputTokens : output;
        }

        var whole = await client.Messages.Create(Question(), Cancelled);
        Assert.Equal(Text(whole), text.ToString());
        Assert.Equal(whole.Usage.OutputTokens, output);
    }

    [Fact]
    public async Task Message_WithTool_UsesIt()
    {
        using var client = Client();
        var answer = await client.Messages.Create(Question() with { Tools = [Weather()] }, Cancelled);

        Assert.Equal(StopReason.ToolUse, answer.StopReason!.Value());
        Assert.True(answer.Content[0].TryPickToolUse(out var use));
        Assert.Equal("get_weather", use.Name);
        Assert.Equal(JsonValueKind.String, use.Input["city"].ValueKind);
    }

    [Fact]
    public async Task MessageStream_WithTool_StreamsItsInput()
    {
        using var client = Client();
        var input = new StringBuilder();
        await foreach (var update in client.Messages.CreateStreaming(Question() with { Tools = [Weather()] }, Cancelled))
        {
            if (update.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickInputJson(out var piece))
            {
                input.Append(piece.PartialJson);
            }
        }

        using var json = JsonDocument.Parse(input.ToString());
        Assert.Equal(JsonValueKind.String, json.RootElement.GetProperty("city").ValueKind);
    }

    [Fact]
    public async Task Message_WithThinking_ThinksFirst()
    {
        using var client = Client();
        var answer = await client.Messages.Create(Question() with { MaxTokens = 4000, Thinking = new ThinkingConfigEnabled(1024) }, Cancelled);

        Assert.True(answer.Content[0].TryPickThinking(out var thinking));
        Assert.NotEmpty(thinking.Signature);
        Assert.True(answer.Content[1].TryPickText(out _));
    }

    [Fact]
    public async Task Message_WithSchema_FitsIt()
    {
        using var client = Client();
        var format = new JsonOutputFormat { Schema = Schema("""{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"],"additionalProperties":false}""") };
        var answer = await client.Messages.Create(Question() with { OutputConfig = new OutputConfig { Format = format } }, Cancelled);

        using var json = JsonDocument.Parse(Text(answer));
        Assert.True(json.RootElement.GetProperty("age").GetInt32() > 0);
    }

    [Fact]
    public async Task Tokens_AreCountedAsTheyAreReported()
    {
        using var client = Client();
        var counted = await client.Messages.CountTokens(new MessageCountTokensParams { Model = Model, Messages = Question().Messages }, Cancelled);
        var answer = await client.Messages.Create(Question(), Cancelled);

        Assert.Equal(answer.Usage.InputTokens, counted.InputTokens);
    }

    [Fact]
    public async Task Batch_EndsWithResultsAtTheAddressThatWasCalled()
    {
        using var client = Client();
        var parameters = new Params { Model = Model, MaxTokens = 100, Messages = Question().Messages };
        var created = await client.Messages.Batches.Create(new BatchCreateParams { Requests = [new Request { CustomID = "one", Params = parameters }] }, Cancelled);
        var ended = await client.Messages.Batches.Retrieve(created.ID, cancellationToken: Cancelled);
        var results = new List<MessageBatchIndividualResponse>();
        await foreach (var result in client.Messages.Batches.ResultsStreaming(created.ID, cancellationToken: Cancelled))
        {
            results.Add(result);
        }

        Assert.Null(created.ResultsUrl);
        Assert.StartsWith(fixture.AddressOf(Provider).ToString(), ended.ResultsUrl, StringComparison.Ordinal);
        Assert.Equal("one", Assert.Single(results).CustomID);
        Assert.True(results[0].Result.TryPickSucceeded(out _));
    }

    [Fact]
    public async Task Files_UploadReadDelete_Work()
    {
        using var client = Client();
        var file = await client.Files.Upload(new FileUploadParams { File = new BinaryContent { Stream = new MemoryStream("hello"u8.ToArray()), FileName = "hello.txt" } }, Cancelled);
        using var download = await client.Files.Download(file.ID, cancellationToken: Cancelled);
        var content = await download.ReadAsString(Cancelled);
        await client.Files.Delete(file.ID, cancellationToken: Cancelled);

        Assert.Equal("hello", content);
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => client.Files.RetrieveMetadata(file.ID, cancellationToken: Cancelled));
    }

    [Fact]
    public async Task Models_List_NamesSeveral()
    {
        using var client = Client();
        var models = await client.Models.List(cancellationToken: Cancelled);

        Assert.Contains(models.Items, model => model.ID == Model);
    }

    [Fact]
    public async Task Message_ProviderError_IsTyped()
    {
        using var client = Client();
        using var wrong = Client("sk-ant-wrong");

        await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => wrong.Messages.Create(Question(), Cancelled));
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => client.Messages.Create(Question("claude-does-not-exist"), Cancelled));
        await Assert.ThrowsAsync<AnthropicRateLimitException>(() => client.Messages.Create(Question("always-429"), Cancelled));
        await Assert.ThrowsAsync<AnthropicOverloadedException>(() => client.Messages.Create(Question("always-529"), Cancelled));
        await Assert.ThrowsAsync<AnthropicBadRequestException>(() => client.Messages.Create(Question() with { Messages = [] }, Cancelled));
    }

    // The SDK sends its key as a bearer token; the simulated provider wants it in x-api-key alone, as the gateway sends it.
    private AnthropicClient Client(string? credential = null)
    {
        var http = new HttpClient();
        if (fixture is not GatewayFixture)
        {
            // This SDK sends the key as a bearer token, which the provider does not take and the gateway does.
            http.DefaultRequestHeaders.Add("x-api-key", credential ?? fixture.KeyOf(Provider));
        }

        return new AnthropicClient { BaseUrl = fixture.AddressOf(Provider).ToString().TrimEnd('/'), ApiKey = credential ?? fixture.KeyOf(Provider), MaxRetries = 0, HttpClient = http };
    }

    private static MessageCreateParams Question(string model = Model) =>
        new() { Model = model, MaxTokens = 500, Messages = [new UserMessageParam("How do ocean tides work?")] };

    private static Tool Weather() => new()
    {
        Name = "get_weather",
        Description = "Reads the weather.",
        InputSchema = new InputSchema { Properties = Schema("""{"city":{"type":"string"}}"""), Required = ["city"] },
    };

    private static Dictionary<string, JsonElement> Schema(string json) =>
        JsonElement.Parse(json).EnumerateObject().ToDictionary(property => property.Name, property => property.Value);

    private static string Text(Message message) => message.Content[0].TryPickText(out var text) ? text.Text : "";
}
