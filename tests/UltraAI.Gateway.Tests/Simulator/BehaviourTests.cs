using System.IO.Compression;
using System.Net;
using System.Text;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

/// <summary>Scripts: the simulated provider misbehaves exactly as it is told.</summary>
public sealed class BehaviourTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private SimulatedProvider Provider => fixture.Simulator.OpenAI;

    [Fact]
    public async Task Script_WithTimes_IsUsedUpAndTheNextOneFollows()
    {
        Script("used-up", SimulatedBehaviour.RateLimited(TimeSpan.FromSeconds(1.2)), times: 1);
        Script("used-up", SimulatedBehaviour.ServerError, times: 1);
        using var first = await ChatAsync("used-up");
        using var second = await ChatAsync("used-up");
        using var third = await ChatAsync("used-up");

        Assert.Equal([429, 500, 200], new[] { first, second, third }.Select(response => (int)response.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(2), first.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Overloaded_IsEachProvidersOwnStatus()
    {
        Script("overloaded", SimulatedBehaviour.Overloaded);
        fixture.Simulator.Anthropic.Script(request => request.Model == "overloaded", SimulatedBehaviour.Overloaded);
        using var openAI = await ChatAsync("overloaded");
        using var anthropic = await fixture.PostAsync(fixture.Simulator.Anthropic, "/v1/messages", """{"model":"overloaded"}""");

        Assert.Equal(503, (int)openAI.StatusCode);
        Assert.Equal(529, (int)anthropic.StatusCode);
    }

    [Fact]
    public async Task OddHead_IsSentAsGiven()
    {
        Script("odd", new SimulatedBehaviour
        {
            Status = 299,
            ReasonPhrase = "Quite Fine",
            Headers = [new("x-twice", "a"), new("x-twice", "b"), new("x-latin", "é")],
            Body = "plain",
            ContentType = "text/plain",
        });
        using var response = await ChatAsync("odd");

        Assert.Equal(299, (int)response.StatusCode);
        Assert.Equal("Quite Fine", response.ReasonPhrase);
        Assert.Equal(["a", "b"], response.Headers.GetValues("x-twice"));
        Assert.Equal("plain", await response.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task BeforeChunk_HoldsBackEachChunk()
    {
        var second = new TaskCompletionSource();
        Script("held", new SimulatedBehaviour { BodyChunks = ["one"u8.ToArray(), "two"u8.ToArray()], BeforeChunk = index => index == 1 ? second.Task : Task.CompletedTask });
        using var response = await ChatAsync("held");
        using var body = await response.Content.ReadAsStreamAsync(Cancelled);
        var buffer = new byte[16];
        var length = await body.ReadAsync(buffer, Cancelled);
        var before = Encoding.ASCII.GetString(buffer, 0, length);
        second.SetResult();
        length = await body.ReadAsync(buffer, Cancelled);

        Assert.Equal("one", before);
        Assert.Equal("two", Encoding.ASCII.GetString(buffer, 0, length));
    }

    [Fact]
    public async Task Stall_SendsItsChunksAndSeesTheClientLeave()
    {
        Script("stalled", SimulatedBehaviour.Stall(2));
        var response = await ChatAsync("stalled", stream: true);
        using (response)
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
            Assert.StartsWith("data: {", await reader.ReadLineAsync(Cancelled), StringComparison.Ordinal);
            await reader.ReadLineAsync(Cancelled);
            Assert.StartsWith("data: {", await reader.ReadLineAsync(Cancelled), StringComparison.Ordinal);
        }

        var request = await Provider.WaitForRequestAsync(request => request.Model == "stalled");
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
        await request.Completed.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cut_BreaksTheTransferAndIsNotTheClientsDoing(bool stream)
    {
        var model = $"severed-{stream}";
        Script(model, SimulatedBehaviour.Cut(2));
        using var response = await ChatAsync(model, stream);

        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync(Cancelled));
        var request = await Provider.WaitForRequestAsync(request => request.Model == model);
        await request.Completed.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
        Assert.False(request.Aborted.IsCompleted);
    }

    [Fact]
    public async Task CutBeforeHeaders_SendsNothing()
    {
        Script("dropped", new SimulatedBehaviour { CutBeforeHeaders = true });

        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => ChatAsync("dropped"));
        Assert.Equal(HttpRequestError.ResponseEnded, exception.HttpRequestError);
    }

    [Fact]
    public async Task Hang_NeverAnswers()
    {
        Script("silent", SimulatedBehaviour.Hang);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        using var client = new HttpClient();
        var answer = client.SendAsync(ChatRequest("silent"), leave.Token);
        var request = await Provider.WaitForRequestAsync(request => request.Model == "silent");
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
    }

    [Fact]
    public async Task Barrier_HoldsAllAnswersUntilItOpens()
    {
        var barrier = new TaskCompletionSource();
        Script("gathered", new SimulatedBehaviour { Barrier = barrier.Task });
        var answers = Enumerable.Range(0, 3).Select(_ => ChatAsync("gathered")).ToArray();
        await Eventually.TrueAsync(() => Provider.Requests.Count(request => request.Model == "gathered") == 3, "all three have arrived");

        Assert.DoesNotContain(answers, answer => answer.IsCompleted);
        barrier.SetResult();
        foreach (var answer in await Task.WhenAll(answers))
        {
            using (answer)
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task Text_IsSaidInAsManyChunksAsAsked()
    {
        Script("told", new SimulatedBehaviour { Text = "one two three", Chunks = 5, FinishReason = "content_filter", OutputTokens = 77 });
        using var response = await ChatAsync("told", stream: true);
        var body = await response.Content.ReadAsStringAsync(Cancelled);

        Assert.Equal(5, body.Split("\"delta\":{\"content\":\"").Length - 1);
        Assert.Contains("content_filter", body, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextOf_SeesTheRequest()
    {
        Script("repeating", new SimulatedBehaviour { TextOf = request => request.BodySha256 });
        using var response = await ChatAsync("repeating");
        var request = await Provider.WaitForRequestAsync(request => request.Model == "repeating");

        Assert.Contains(request.BodySha256, await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_IsNoText()
    {
        Script("refusing", new SimulatedBehaviour { Refusal = "I can't help with that." });
        using var response = await ChatAsync("refusing");
        var message = (await SimulatorFixture.JsonAsync(response))["choices"]![0]!["message"]!;

        Assert.Null(message["content"]);
        Assert.Equal("I can't help with that.", (string?)message["refusal"]);
    }

    [Fact]
    public async Task PropertyGivenTwice_LastOneCounts()
    {
        using var response = await fixture.PostAsync(Provider, "/v1/chat/completions", """{"model":"first","model":"second","messages":[{"role":"user","content":"Tides?"}]}""");

        Assert.Equal("second", (string?)(await SimulatorFixture.JsonAsync(response))["model"]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task ContentEncoding_IsReal(string encoding)
    {
        Script("coded-" + encoding, new SimulatedBehaviour { ContentEncoding = encoding });
        using var response = await ChatAsync("coded-" + encoding, stream: true);
        var bytes = new MemoryStream(await response.Content.ReadAsByteArrayAsync(Cancelled));
        using Stream decoder = encoding == "gzip" ? new GZipStream(bytes, CompressionMode.Decompress) : new BrotliStream(bytes, CompressionMode.Decompress);
        using var reader = new StreamReader(decoder);

        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorInAStream_HasTheProvidersShape()
    {
        Script("failing", new SimulatedBehaviour { ErrorAfterChunks = 2 });
        using var response = await ChatAsync("failing", stream: true);
        var events = (await response.Content.ReadAsStringAsync(Cancelled)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, events.Length);
        Assert.Contains("\"server_error\"", events[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task FlakyModel_FailsAndSucceedsByTurns()
    {
        using var first = await ChatAsync("flaky-503-then-ok");
        using var second = await ChatAsync("flaky-503-then-ok");
        using var third = await ChatAsync("flaky-503-then-ok");

        Assert.Equal([503, 200, 503], new[] { first, second, third }.Select(response => (int)response.StatusCode));
    }

    private void Script(string model, SimulatedBehaviour then, int? times = null) => Provider.Script(request => request.Model == model, then, times);

    private Task<HttpResponseMessage> ChatAsync(string model, bool stream = false) => fixture.SendAsync(ChatRequest(model, stream));

    private HttpRequestMessage ChatRequest(string model, bool stream = false) => SimulatorFixture.Request(
        Provider, HttpMethod.Post, "/v1/chat/completions", $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Tides?"}]}""");
}
