using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

/// <summary>What the simulated providers report as used, and what they remember of it.</summary>
public sealed class UsageTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ModelName_AsksForUsage_IsReportedInEachDialect()
    {
        const string Model = "m-usage-1200-300-c800-w50-h20-r100-a40-s30";
        var openAI = await fixture.PostJsonAsync(fixture.Simulator.OpenAI, "/v1/chat/completions", $$"""{"model":"{{Model}}","messages":[{"role":"user","content":"Tides?"}]}""");
        var anthropic = await fixture.PostJsonAsync(fixture.Simulator.Anthropic, "/v1/messages", $$"""{"model":"{{Model}}","max_tokens":9,"messages":[{"role":"user","content":"Tides?"}]}""");
        var google = await fixture.PostJsonAsync(fixture.Simulator.Google, $"/v1beta/models/{Model}:generateContent", """{"contents":[{"parts":[{"text":"Tides?"}]}]}""");

        Assert.Equal("1200 300 800 40 100 30", Numbers(openAI["usage"]!, "prompt_tokens", "completion_tokens", "prompt_tokens_details.cached_tokens", "prompt_tokens_details.audio_tokens", "completion_tokens_details.reasoning_tokens", "completion_tokens_details.audio_tokens"));
        Assert.Equal("330 70 800 50 20 300", Numbers(anthropic["usage"]!, "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation.ephemeral_5m_input_tokens", "cache_creation.ephemeral_1h_input_tokens", "output_tokens"));
        Assert.Equal("1200 200 100 800 1500", Numbers(google["usageMetadata"]!, "promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "cachedContentTokenCount", "totalTokenCount"));
        var counted = await fixture.Simulator.Anthropic.WaitForRequestAsync(request => request.Model == Model);
        await counted.Completed.WaitAsync(Cancelled);
        Assert.Equal(new SimulatedUsage { Input = 1200, CachedInput = 800, CacheWrite5m = 50, CacheWrite1h = 20, Output = 300, Reasoning = 100 }, counted.Usage);
        Assert.True(counted.IsUsageReported);
        Assert.Equal(counted.Usage, fixture.Simulator.Anthropic.UsageByModel[Model]);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "", false)]
    [InlineData("/v1/chat/completions", ""","stream_options":{"include_usage":true}""", true)]
    [InlineData("/v1/completions", "", false)]
    [InlineData("/v1/completions", ""","stream_options":{"include_usage":true}""", true)]
    public async Task Stream_ReportsUsageWhenAsked(string path, string options, bool isReported)
    {
        var model = $"asked-{path.Length}-{isReported}-usage-11-12";
        using var response = await fixture.PostAsync(fixture.Simulator.OpenAI, path, $$"""{"model":"{{model}}","stream":true{{options}},"prompt":"Tides?","messages":[{"role":"user","content":"Tides?"}]}""");
        var body = await response.Content.ReadAsStringAsync(Cancelled);
        var request = await fixture.Simulator.OpenAI.WaitForRequestAsync(request => request.Model == model);
        await request.Completed.WaitAsync(Cancelled);

        Assert.Equal(isReported, body.Contains("\"prompt_tokens\":11", StringComparison.Ordinal));
        Assert.Equal(isReported, request.IsUsageReported);
        Assert.Equal(new SimulatedUsage { Input = 11, Output = 12 }, request.Usage);
        Assert.Equal(isReported, fixture.Simulator.OpenAI.UsageByModel.ContainsKey(model));
    }

    [Theory]
    [InlineData("gzip;q=1, br", "gzip")]
    [InlineData("zstd, br", "br")]
    [InlineData("identity", null)]
    public async Task Coding_IsTheOneAskedFor(string asked, string? coding)
    {
        fixture.Simulator.OpenAI.Script(request => request.Model == "coded", new SimulatedBehaviour { EncodesAsAsked = true }, times: 1);
        using var request = SimulatorFixture.Request(fixture.Simulator.OpenAI, HttpMethod.Post, "/v1/chat/completions", """{"model":"coded","messages":[{"role":"user","content":"Tides?"}]}""");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", asked);
        using var response = await fixture.SendAsync(request);

        Assert.Equal(coding, response.Content.Headers.ContentEncoding.SingleOrDefault());
    }

    [Fact]
    public async Task SplitAt_EndsAPieceAtEachOffset()
    {
        fixture.Simulator.OpenAI.Script(request => request.Model == "split", new SimulatedBehaviour { BodyChunks = ["0123456789"u8.ToArray(), "abc"u8.ToArray()], SplitAt = [3, 10, 12] });
        const string Body = """{"model":"split"}""";
        using var socket = new TcpClient();
        await socket.ConnectAsync(fixture.Simulator.OpenAI.BaseAddress.Host, fixture.Simulator.OpenAI.BaseAddress.Port, Cancelled);
        await using var connection = socket.GetStream();
        await connection.WriteAsync(
            Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {fixture.Simulator.OpenAI.Credential}\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"),
            Cancelled);
        using var reader = new StreamReader(connection, Encoding.ASCII);

        Assert.EndsWith("\r\n\r\n3\r\n012\r\n7\r\n3456789\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", await reader.ReadToEndAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decoys_AreInTextAndObjectsAndTheReportIsStillRight()
    {
        fixture.Simulator.OpenAI.Script(request => request.Model == "decoys", new SimulatedBehaviour { HasDecoys = true, Usage = new() { Input = 5, Output = 6 } });
        var answer = await fixture.PostJsonAsync(fixture.Simulator.OpenAI, "/v1/chat/completions", """{"model":"decoys","messages":[{"role":"user","content":"Tides?"}]}""");

        Assert.Contains("\"usage\"", (string?)answer["choices"]![0]!["message"]!["content"], StringComparison.Ordinal);
        Assert.Equal(987654321, (int)answer["choices"]![0]!["message"]!["usage"]!["prompt_tokens"]!);
        Assert.Equal("5 6", Numbers(answer["usage"]!, "prompt_tokens", "completion_tokens"));
    }

    private static string Numbers(JsonNode usage, params string[] paths) =>
        string.Join(' ', paths.Select(path => path.Split('.').Aggregate((JsonNode?)usage, (node, name) => node![name])!.ToJsonString()));
}
