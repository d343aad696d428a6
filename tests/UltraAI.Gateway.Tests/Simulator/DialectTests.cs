using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

/// <summary>What the four providers answer, looked at byte by byte where no SDK of this platform does.</summary>
public sealed class DialectTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    [Theory]
    [InlineData("openai", "/v1/models", 401, "error.code", "invalid_api_key")]
    [InlineData("anthropic", "/v1/models", 401, "error.type", "authentication_error")]
    [InlineData("google", "/v1beta/models", 400, "error.details.0.reason", "API_KEY_INVALID")]
    [InlineData("google", "/v1beta/openai/models", 400, "0.error.status", "INVALID_ARGUMENT")]
    [InlineData("huggingface", "/v1/models", 401, "error", "Invalid username or password.")]
    public async Task WrongCredential_IsRefusedInTheProvidersShape(string name, string path, int status, string at, string expected)
    {
        using var response = await fixture.SendAsync(SimulatorFixture.Request(fixture.Provider(name), HttpMethod.Get, path, credential: "wrong"));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(expected, At(await SimulatorFixture.JsonAsync(response), at));
    }

    [Theory]
    [InlineData("openai", "error.type", "invalid_request_error")]
    [InlineData("anthropic", "error.type", "not_found_error")]
    [InlineData("google", "error.status", "NOT_FOUND")]
    [InlineData("huggingface", "error", "Not Found")]
    public async Task UnknownPath_Is404InTheProvidersShape(string name, string at, string expected)
    {
        using var response = await fixture.PostAsync(fixture.Provider(name), "/v9/unheard-of", "{}");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(expected, At(await SimulatorFixture.JsonAsync(response), at));
    }

    [Theory]
    [InlineData("openai", "/v1/chat/completions", "error.type", "invalid_request_error")]
    [InlineData("anthropic", "/v1/messages", "error.type", "invalid_request_error")]
    [InlineData("google", "/v1beta/models/gemini-2.5-flash:generateContent", "error.status", "INVALID_ARGUMENT")]
    [InlineData("huggingface", "/v1/chat/completions", "error", "We could not parse the JSON body of your request.")]
    public async Task MalformedJson_Is400InTheProvidersShape(string name, string path, string at, string expected)
    {
        using var response = await fixture.PostAsync(fixture.Provider(name), path, "{\"model\": ");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(expected, At(await SimulatorFixture.JsonAsync(response), at));
    }

    [Fact]
    public async Task Google_KeyInTheQuery_IsRecordedButNotAccepted()
    {
        var google = fixture.Simulator.Google;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(google.BaseAddress, $"/v1beta/models?key={google.Credential}"));
        using var response = await fixture.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.EndsWith($"?key={google.Credential}", (await google.WaitForRequestAsync(seen => seen.RawTarget.Contains("?key=", StringComparison.Ordinal))).RawTarget, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anthropic_KeyAsBearer_IsNotAccepted()
    {
        var anthropic = fixture.Simulator.Anthropic;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(anthropic.BaseAddress, "/v1/models"));
        request.Headers.Authorization = new("Bearer", anthropic.Credential);
        request.Headers.Add("anthropic-version", "2023-06-01");
        using var response = await fixture.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Google_Generate_CountsThinking()
    {
        var answer = await fixture.PostJsonAsync(fixture.Simulator.Google, "/v1beta/models/gemini-2.5-pro:generateContent", """{"contents":[{"parts":[{"text":"How do ocean tides work?"}]}]}""");

        Assert.Contains("ocean tides", At(answer, "candidates.0.content.parts.0.text"), StringComparison.OrdinalIgnoreCase);
        var usage = answer["usageMetadata"]!;
        Assert.Equal((int)usage["totalTokenCount"]!, (int)usage["promptTokenCount"]! + (int)usage["candidatesTokenCount"]! + (int)usage["thoughtsTokenCount"]!);
    }

    [Fact]
    public async Task Google_Stream_IsAnArrayWithoutAltAndEventsWithIt()
    {
        const string Body = """{"contents":[{"parts":[{"text":"Tides?"}]}]}""";
        using var array = await fixture.PostAsync(fixture.Simulator.Google, "/v1beta/models/gemini-2.5-flash:streamGenerateContent", Body);
        using var events = await fixture.PostAsync(fixture.Simulator.Google, "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", Body);
        var frames = (JsonArray)await SimulatorFixture.JsonAsync(array);
        var lines = (await events.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("text/event-stream", events.Content.Headers.ContentType?.MediaType);
        Assert.Equal(frames.Count, lines.Length);
        Assert.Equal(frames.Select(frame => At(frame!, "candidates.0.content.parts.0.text")), lines.Select(line => At(JsonNode.Parse(line["data: ".Length..])!, "candidates.0.content.parts.0.text")));
    }

    [Fact]
    public async Task Google_FunctionAndSchema_AreFollowed()
    {
        var call = await fixture.PostJsonAsync(
            fixture.Simulator.Google,
            "/v1/models/gemini-2.5-flash:generateContent",
            """{"contents":[{"parts":[{"text":"Weather?"}]}],"tools":[{"functionDeclarations":[{"name":"get_weather","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}}}}]}]}""");
        var structured = await fixture.PostJsonAsync(
            fixture.Simulator.Google,
            "/v1alpha/models/gemini-2.5-flash:generateContent",
            """{"contents":[{"parts":[{"text":"Who?"}]}],"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"ARRAY","items":{"type":"INTEGER"}}}}""");

        Assert.Equal("get_weather", At(call, "candidates.0.content.parts.0.functionCall.name"));
        Assert.NotEmpty((JsonArray)JsonNode.Parse(At(structured, "candidates.0.content.parts.0.text"))!);
    }

    [Fact]
    public async Task Google_ResumableUpload_LeadsBackToItsOwnAddress()
    {
        var google = fixture.Simulator.Google;
        using var start = SimulatorFixture.Request(google, HttpMethod.Post, "/upload/v1beta/files", """{"file":{"displayName":"tides.txt"}}""");
        start.Headers.Add("X-Goog-Upload-Protocol", "resumable");
        start.Headers.Add("X-Goog-Upload-Command", "start");
        using var started = await fixture.SendAsync(start);
        var address = started.Headers.GetValues("X-Goog-Upload-URL").Single();
        var states = new List<string>();
        JsonNode? file = null;
        foreach (var (command, offset, bytes) in new[] { ("upload", "0", "abc"), ("upload, finalize", "3", "def") })
        {
            using var part = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(bytes) };
            part.Headers.Add("X-Goog-Upload-Command", command);
            part.Headers.Add("X-Goog-Upload-Offset", offset);
            using var answer = await fixture.SendAsync(part);
            states.Add(answer.Headers.GetValues("X-Goog-Upload-Status").Single());
            file = command == "upload" ? null : await SimulatorFixture.JsonAsync(answer);
        }

        Assert.StartsWith(google.BaseAddress.ToString(), address, StringComparison.Ordinal);
        Assert.Equal(["active", "final"], states);
        Assert.Equal("6", At(file!, "file.sizeBytes"));
        using var found = await fixture.SendAsync(SimulatorFixture.Request(google, HttpMethod.Get, "/v1beta/" + At(file!, "file.name")));
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
    }

    [Fact]
    public async Task HuggingFace_Tasks_FollowFromPathAndModel()
    {
        var hub = fixture.Simulator.HuggingFace;
        var chat = await fixture.PostJsonAsync(hub, "/v1/chat/completions", """{"model":"meta-llama/Llama-3.1-8B-Instruct","messages":[{"role":"user","content":"How do ocean tides work?"}]}""");
        var text = await fixture.PostJsonAsync(hub, "/hf-inference/models/openai-community/gpt2", """{"inputs":"Tides"}""");
        var vector = await fixture.PostJsonAsync(hub, "/hf-inference/models/BAAI/bge-small-en-v1.5/pipeline/feature-extraction", """{"inputs":"Tides"}""");
        using var picture = await fixture.PostAsync(hub, "/hf-inference/models/black-forest-labs/FLUX.1-schnell", """{"inputs":"Tides"}""");

        Assert.Contains("ocean tides", At(chat, "choices.0.message.content"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("tides", At(text, "0.generated_text"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(384, ((JsonArray)vector).Count);
        Assert.Equal("image/png", picture.Content.Headers.ContentType?.MediaType);
        Assert.Equal("BAAI/bge-small-en-v1.5", (await hub.WaitForRequestAsync(request => request.Path.EndsWith("feature-extraction", StringComparison.Ordinal))).Model);
    }

    [Fact]
    public async Task EqualQuestions_HaveEqualAnswers()
    {
        const string Body = """{"model":"gpt-4o","messages":[{"role":"user","content":"Why?"}]}""";
        var first = await fixture.PostJsonAsync(fixture.Simulator.OpenAI, "/v1/chat/completions", Body);
        var second = await fixture.PostJsonAsync(fixture.Simulator.OpenAI, "/v1/chat/completions", Body);

        Assert.Equal(At(first, "choices.0.message.content"), At(second, "choices.0.message.content"));
        Assert.NotEqual(At(first, "id"), At(second, "id"));
    }

    [Fact]
    public async Task AdministrativePath_IsReached()
    {
        using var users = await fixture.SendAsync(SimulatorFixture.Request(fixture.Simulator.OpenAI, HttpMethod.Get, "/v1/organization/users"));

        Assert.Equal(HttpStatusCode.OK, users.StatusCode);
    }

    /// <summary>The value at a path of names and indexes.</summary>
    private static string At(JsonNode json, string path) =>
        path.Split('.').Aggregate((JsonNode?)json, (node, part) => node is JsonArray array ? array[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)] : node?[part])?.ToString() ?? "";
}
