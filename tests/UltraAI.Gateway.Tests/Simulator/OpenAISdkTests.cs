#pragma warning disable OPENAI001 // Marked experimental in the SDK; people use it all the same.

using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Files;
using OpenAI.Images;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

public sealed class OpenAISdkDirectTests(SimulatorFixture fixture) : OpenAISdkTests<SimulatorFixture>(fixture);

public sealed class OpenAISdkGatewayTests(GatewayFixture fixture) : OpenAISdkTests<GatewayFixture>(fixture);

/// <summary>The OpenAI SDK against the simulated provider, straight and through the gateway: the same must happen.</summary>
public abstract class OpenAISdkTests<TFixture>(TFixture fixture) : IClassFixture<TFixture>
    where TFixture : SimulatorFixture
{
    private const string Person = """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}""";

    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool(
        "get_weather", "Reads the weather.", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private SimulatedProvider Provider => fixture.Simulator.OpenAI;

    [Fact]
    public async Task Chat_Question_IsAnsweredOnItsTopicWithUsage()
    {
        ChatCompletion answer = await Client().GetChatClient("gpt-4o").CompleteChatAsync([new UserChatMessage("How do ocean tides work?")], cancellationToken: Cancelled);

        Assert.Contains("ocean tides", answer.Content[0].Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(answer.Usage.TotalTokenCount, answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task ChatStream_Question_ArrivesInPiecesWithUsageLast()
    {
        var text = new StringBuilder();
        ChatTokenUsage? usage = null;
        await foreach (var update in Client().GetChatClient("gpt-4o").CompleteChatStreamingAsync([new UserChatMessage("How do ocean tides work?")], cancellationToken: Cancelled))
        {
            text.AppendJoin("", update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
        }

        Assert.Contains("ocean tides", text.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.True(usage?.OutputTokenCount > 0);
    }

    [Fact]
    public async Task Chat_WithTool_CallsItAndAnswersAfterItsResult()
    {
        var chat = Client().GetChatClient("gpt-4o");
        var options = new ChatCompletionOptions { Tools = { Weather } };
        List<ChatMessage> messages = [new UserChatMessage("What is the weather?")];

        ChatCompletion call = await chat.CompleteChatAsync(messages, options, Cancelled);
        messages.Add(new AssistantChatMessage(call));
        messages.Add(new ToolChatMessage(call.ToolCalls[0].Id, "12 degrees"));
        ChatCompletion answer = await chat.CompleteChatAsync(messages, options, Cancelled);

        Assert.Equal(ChatFinishReason.ToolCalls, call.FinishReason);
        Assert.Equal("get_weather", call.ToolCalls[0].FunctionName);
        Assert.NotNull(JsonNode.Parse(call.ToolCalls[0].FunctionArguments)!["city"]);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [Fact]
    public async Task ChatStream_WithTool_StreamsItsArguments()
    {
        var arguments = new StringBuilder();
        await foreach (var update in Client().GetChatClient("gpt-4o").CompleteChatStreamingAsync(
            [new UserChatMessage("What is the weather?")], new ChatCompletionOptions { Tools = { Weather } }, Cancelled))
        {
            arguments.AppendJoin("", update.ToolCallUpdates.Select(call => call.FunctionArgumentsUpdate?.ToString()));
        }

        Assert.NotNull(JsonNode.Parse(arguments.ToString())!["city"]);
    }

    [Fact]
    public async Task Chat_WithSchema_FitsIt()
    {
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("person", BinaryData.FromString(Person)) };
        ChatCompletion answer = await Client().GetChatClient("gpt-4o").CompleteChatAsync([new UserChatMessage("Who?")], options, Cancelled);

        var person = JsonNode.Parse(answer.Content[0].Text)!;
        Assert.NotEmpty(person["name"]!.GetValue<string>());
        Assert.True(person["age"]!.GetValue<int>() > 0);
    }

    [Fact]
    public async Task Embeddings_SeveralInputs_AreUnitVectorsOfTheDimensionsAskedFor()
    {
        var client = Client().GetEmbeddingClient("text-embedding-3-small");
        var options = new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = 32 };
        OpenAI.Embeddings.OpenAIEmbeddingCollection vectors = await client.GenerateEmbeddingsAsync(["one", "two", "one"], options, Cancelled);

        Assert.Equal(3, vectors.Count);
        Assert.Equal(32, vectors[0].ToFloats().Length);
        Assert.Equal(1.0, vectors[0].ToFloats().ToArray().Sum(value => (double)value * value), 4);
        Assert.Equal(vectors[0].ToFloats().ToArray(), vectors[2].ToFloats().ToArray());
        Assert.NotEqual(vectors[0].ToFloats().ToArray(), vectors[1].ToFloats().ToArray());
    }

    [Fact]
    public async Task Image_Prompt_GivesAPng()
    {
        GeneratedImage image = await Client().GetImageClient("gpt-image-1").GenerateImageAsync("A tide", new ImageGenerationOptions(), Cancelled);

        Assert.Equal("PNG"u8.ToArray(), image.ImageBytes.ToArray()[1..4]);
    }

    [Fact]
    public async Task Audio_SpeechAndTranscription_GoBothWays()
    {
        BinaryData speech = await Client().GetAudioClient("gpt-4o-mini-tts").GenerateSpeechAsync("Hello", OpenAI.Audio.GeneratedSpeechVoice.Alloy, cancellationToken: Cancelled);
        using var recording = new MemoryStream(new byte[3000]);
        OpenAI.Audio.AudioTranscription text = await Client().GetAudioClient("whisper-1").TranscribeAudioAsync(recording, "a.mp3", cancellationToken: Cancelled);

        Assert.Equal("ID3"u8.ToArray(), speech.ToArray()[..3]);
        Assert.Contains("3000 bytes", text.Text, StringComparison.Ordinal);
        Assert.Equal("whisper-1", (await Provider.WaitForRequestAsync(request => request.Path == "/v1/audio/transcriptions")).Model);
    }

    [Fact]
    public async Task Files_UploadReadDelete_Work()
    {
        var files = Client().GetOpenAIFileClient();
        OpenAIFile file = await files.UploadFileAsync(BinaryData.FromString("hello"), "hello.txt", FileUploadPurpose.UserData);
        BinaryData content = await files.DownloadFileAsync(file.Id, Cancelled);
        FileDeletionResult deleted = await files.DeleteFileAsync(file.Id, Cancelled);

        Assert.Equal(5, file.SizeInBytes);
        Assert.Equal("hello", content.ToString());
        Assert.True(deleted.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => files.GetFileAsync(file.Id, Cancelled))).Status);
    }

    [Fact]
    public async Task Batch_OfOneLine_EndsWithAnOutputFile()
    {
        var files = Client().GetOpenAIFileClient();
        OpenAIFile input = await files.UploadFileAsync(
            BinaryData.FromString("""{"custom_id":"one","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[{"role":"user","content":"Tides?"}]}}"""),
            "input.jsonl",
            FileUploadPurpose.Batch);
        var order = new JsonObject { ["input_file_id"] = input.Id, ["endpoint"] = "/v1/chat/completions", ["completion_window"] = "24h" };
        var batch = await Client().GetBatchClient().CreateBatchAsync(BinaryContent.Create(BinaryData.FromString(order.ToJsonString())), waitUntilCompleted: false);
        var state = JsonNode.Parse((await batch.GetBatchAsync(new RequestOptions())).GetRawResponse().Content)!;
        BinaryData output = await files.DownloadFileAsync(state["output_file_id"]!.GetValue<string>(), Cancelled);

        Assert.Equal("completed", state["status"]!.GetValue<string>());
        var result = JsonNode.Parse(output)!;
        Assert.Equal("one", result["custom_id"]!.GetValue<string>());
        Assert.Contains("tides", result["response"]!["body"]!["choices"]![0]!["message"]!["content"]!.GetValue<string>(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Models_List_NamesSeveral()
    {
        OpenAI.Models.OpenAIModelCollection models = await Client().GetOpenAIModelClient().GetModelsAsync(Cancelled);

        Assert.Contains(models, model => model.Id == "gpt-4o");
    }

    [Theory]
    [InlineData("gpt-does-not-exist", 404, "model_not_found")]
    [InlineData("always-429", 429, "rate_limit_exceeded")]
    [InlineData("always-500", 500, "server_error")]
    public async Task Chat_ProviderError_IsTyped(string model, int status, string told)
    {
        var exception = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(retries: 0).GetChatClient(model).CompleteChatAsync([new UserChatMessage("Tides?")], cancellationToken: Cancelled));

        Assert.Equal(status, exception.Status);
        Assert.Contains(told, exception.GetRawResponse()!.Content.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_WrongCredential_Is401()
    {
        var exception = await Assert.ThrowsAsync<ClientResultException>(
            () => Client("sk-wrong").GetChatClient("gpt-4o").CompleteChatAsync([new UserChatMessage("Tides?")], cancellationToken: Cancelled));

        Assert.Equal(401, exception.Status);
        Assert.Contains(fixture is GatewayFixture ? "invalid_key" : "invalid_api_key", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_RateLimitedOnce_IsRetriedByTheSdk()
    {
        Provider.Script(request => request.Model == "gpt-retried", SimulatedBehaviour.RateLimited(TimeSpan.Zero), times: 1);
        ChatCompletion answer = await Client(retries: 1).GetChatClient("gpt-retried").CompleteChatAsync([new UserChatMessage("Tides?")], cancellationToken: Cancelled);

        Assert.NotEmpty(answer.Content[0].Text);
        Assert.Equal(2, Provider.Requests.Count(request => request.Model == "gpt-retried"));
    }

    private OpenAIClient Client(string? credential = null, int retries = 0) => new(
        new ApiKeyCredential(credential ?? fixture.KeyOf(Provider)),
        new OpenAIClientOptions { Endpoint = new Uri(fixture.AddressOf(Provider).ToString().TrimEnd('/') + "/v1"), RetryPolicy = new ClientRetryPolicy(retries) });
}
