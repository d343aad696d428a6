using System.ClientModel;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Chat;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Streams of both surfaces, and the official SDK on the OpenAI one.</summary>
public sealed class UltraStreamTests
{
    [Fact]
    public async Task NativeStream_IsGaplessWithOneEnd()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();

        var frames = await environment.StreamAsync();

        Assert.Equal(Enumerable.Range(1, frames.Count), frames.Select(frame => (int)frame.Data["seq"]!));
        Assert.Equal(("run.started", "run.completed"), (frames[0].Name, frames[^1].Name));
        Assert.Single(frames, frame => frame.Name is "run.completed" or "run.failed" or "run.cancelled");
        Assert.Equal((7, 7), (frames.Count(frame => frame.Name == "call.started"), frames.Count(frame => frame.Name == "call.completed")));
        Assert.Equal(["initial", "review", "synthesis"], frames.Where(frame => frame.Name == "stage.completed").Select(frame => (string)frame.Data["stage"]!));
        Assert.Equal(3, frames.Count(frame => frame.Name == "review.parsed"));
        Assert.Single(frames, frame => frame.Name == "ranking");
        var text = string.Concat(frames.Where(frame => frame.Name == "synthesis.delta").Select(frame => (string)frame.Data["text"]!));
        Assert.Equal(text, (string?)frames[^1].Data["message"]!["content"]);
    }

    [Fact]
    public async Task Reviews_CarryTheirWordsOnlyWhenAskedFor()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        const string Spoken = """
            {"reviews":[{"id":"A","overall":3,"errors":[{"severity":"major","quote":"three moons","why":"It has two."}],"best_point":"Short."},{"id":"B","overall":8}]}
            """;
        environment.Members[0].Script(UltraEnvironment.IsReview, new SimulatedBehaviour { Text = Spoken });
        environment.ScriptUsualRun();

        var plain = Item(await environment.StreamAsync());
        var told = Item(await environment.StreamAsync(",\"ultra\":{\"include\":[\"reviews\"]}"));

        Assert.Equal((1, 0), ((int)plain["major"]!, (int)plain["minor"]!));
        Assert.Null(plain["errors"]);
        Assert.Equal("""[{"severity":"major","quote":"three moons","why":"It has two."}]""", told["errors"]!.ToJsonString());
        Assert.Equal("Short.", (string?)told["best_point"]);

        static JsonNode Item(List<(string Name, JsonNode Data)> frames) =>
            frames.Single(frame => frame.Name == "review.parsed" && (string?)frame.Data["reviewer"] == "m1").Data["items"]!.AsArray().Single(item => (double)item!["overall"]! == 3)!;
    }

    [Fact]
    public async Task LeadsText_ComesAsItIsWritten()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        var goOn = new TaskCompletionSource();
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Text = "one two three four five six", Chunks = 6, BeforeChunk = chunk => chunk < 4 ? Task.CompletedTask : goOn.Task });
        environment.ScriptUsualRun();

        using var response = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(",\"stream\":true"), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("\"content\":\"one", StringComparison.Ordinal))
        {
        }

        Assert.Equal(1, environment.Lead.ActiveRequests);
        goOn.SetResult();
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LeadThatBreaksOffAfterItsFirstByte_IsAnErrorEvent()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Lead.Script(_ => true, SimulatedBehaviour.Cut(3));
        environment.ScriptUsualRun();

        using var response = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(",\"stream\":true"));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("\"code\":\"lead_failed\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailureBeforeAnyText_HasAStatus()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        foreach (var member in environment.Members)
        {
            member.Script(_ => true, new SimulatedBehaviour { Status = 400 });
        }

        using var response = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(",\"stream\":true"));

        Assert.Equal((502, "false"), ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("x-should-retry"))));
    }

    [Fact]
    public async Task CancelledRun_EndsWithItsEvent()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Lead.Script(_ => true, SimulatedBehaviour.Hang);
        environment.ScriptUsualRun();

        using var response = await environment.PostAsync("/ultra", UltraEnvironment.Body(",\"stream\":true").Replace("\"model\":\"ultra\",", "", StringComparison.Ordinal), HttpCompletionOption.ResponseHeadersRead);
        var hanging = await environment.Lead.WaitForRequestAsync();
        using var cancelled = await environment.SendAsync(HttpMethod.Delete, "/ultra/runs/" + Assert.Single(response.Headers.GetValues("x-ultraai-run-id")));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var again = await environment.SendAsync(HttpMethod.Delete, "/ultra/runs/" + Assert.Single(response.Headers.GetValues("x-ultraai-run-id")));

        Assert.Equal((202, 404), ((int)cancelled.StatusCode, (int)again.StatusCode));
        Assert.Contains("event: run.cancelled", text, StringComparison.Ordinal);
        await hanging.Aborted.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("/ultra", "event: run.completed")]
    [InlineData("/ultra/v1/chat/completions", "data: [DONE]")]
    public async Task RunThatTakesAMomentToEnd_DoesNotBreakItsStream(string target, string last)
    {
        // The run's own deadline is the timer that is disposed of last.
        var deadline = TimeSpan.FromMilliseconds(271_828);
        await using var environment = await UltraEnvironment.StartAsync(
            preset => preset["Timeouts"] = new JsonObject { ["TotalMs"] = (int)deadline.TotalMilliseconds },
            services: services => services.AddSingleton<TimeProvider>(new SlowDisposal(deadline)));
        environment.ScriptUsualRun();
        var body = UltraEnvironment.Body(",\"stream\":true");

        using var response = await environment.PostAsync(target, target == "/ultra" ? body.Replace("\"model\":\"ultra\",", "", StringComparison.Ordinal) : body);

        Assert.Contains(last, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfficialSdk_CreatesAndStreams()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();
        var client = new ChatClient("ultra", new ApiKeyCredential(UltraEnvironment.Key), new OpenAIClientOptions { Endpoint = new Uri(environment.Address + "/ultra/v1") });

        ChatCompletion whole = await client.CompleteChatAsync([new UserChatMessage(UltraEnvironment.Question)], cancellationToken: TestContext.Current.CancellationToken);
        var text = "";
        var tokens = 0;
        await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage(UltraEnvironment.Question)], cancellationToken: TestContext.Current.CancellationToken))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            tokens += update.Usage?.TotalTokenCount ?? 0;
        }

        Assert.Equal(whole.Content[0].Text, text);
        Assert.Equal((ChatFinishReason.Stop, true), (whole.FinishReason, whole.Usage.TotalTokenCount > 0));
        Assert.True(tokens > 0);
    }

    [Fact]
    public async Task OfficialSdk_RaisesTheError_AndTheWorkIsDoneOnce()
    {
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["Lead"]!["OnFailure"] = "fail");
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Status = 400 });
        environment.ScriptUsualRun();

        // This SDK repeats 502 three times, whatever x-should-retry says: the gateway gives it the same error each time.
        var client = new ChatClient("ultra", new ApiKeyCredential(UltraEnvironment.Key), new OpenAIClientOptions { Endpoint = new Uri(environment.Address + "/ultra/v1") });

        var failed = await Assert.ThrowsAsync<ClientResultException>(() => client.CompleteChatAsync([new UserChatMessage("?")]));

        Assert.Equal(502, failed.Status);
        Assert.Equal(("false", "true"), (Headers(failed, "x-should-retry"), Headers(failed, "x-ultraai-repeated")));
        Assert.Equal(3, environment.Requests.Count(UltraEnvironment.IsDraft));
    }

    [Fact]
    public async Task Pages_SayWhatThereIs()
    {
        await using var environment = await UltraEnvironment.StartAsync();

        using var models = await environment.SendAsync(HttpMethod.Get, "/ultra/v1/models");
        using var presets = await environment.SendAsync(HttpMethod.Get, "/ultra/presets");
        using var ready = await environment.SendAsync(HttpMethod.Get, "/ultra/ready");

        var model = JsonNode.Parse(await models.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["data"]![0]!;
        Assert.Equal(("ultra", 3, "huggingface/lead-model"), ((string?)model["id"], (int)model["ultra"]!["members"]!, (string?)model["ultra"]!["lead"]));
        Assert.Contains("openai/model-a", await presets.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(200, (int)ready.StatusCode);
        Assert.Empty(environment.Requests);
    }

    [Fact]
    public async Task OpenCircuits_AreThoseOfPassthroughToo_AndEndRunsAtOnce()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        foreach (var member in environment.Members)
        {
            member.Script(_ => true, SimulatedBehaviour.ServerError);
        }

        for (var i = 0; i < 20; i++)
        {
            using var failed = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());
            Assert.False(failed.IsSuccessStatusCode);
        }

        var before = environment.Requests.Count();
        var answer = await environment.AskAsync(status: 503);
        Assert.Equal("no_members_available", (string?)answer["error"]!["code"]);
        Assert.Contains("circuit_open", (string?)answer["error"]!["message"], StringComparison.Ordinal);
        using var passed = await environment.PostAsync("/openai/v1/chat/completions", """{"model":"model-a","messages":[]}""");
        Assert.Equal("circuit_open", Assert.Single(passed.Headers.GetValues("x-ultraai-error")));
        Assert.Equal(before, environment.Requests.Count());

        using var ready = await environment.SendAsync(HttpMethod.Get, "/ultra/ready");
        var preset = JsonNode.Parse(await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["presets"]![0]!;
        Assert.Equal((503, 0, true), ((int)ready.StatusCode, (int)preset["members_ready"]!, (bool)preset["lead_ready"]!));
    }

    [Theory]
    [InlineData(""","ultra":{"speed":1}""", 400, "invalid_request")]
    [InlineData(""","ultra":{"deadline_ms":999999}""", 400, "invalid_override")]
    [InlineData(""","ultra":{"review":"off"}""", 403, "overrides_not_allowed")]
    [InlineData(""","n":2""", 400, "unsupported_parameter")]
    public async Task BadRequest_IsRefusedBeforeAnyCall(string more, int status, string code)
    {
        await using var environment = await UltraEnvironment.StartAsync();

        var answer = await environment.AskAsync(more, status);

        Assert.Equal(code, (string?)answer["error"]!["code"]);
        Assert.Empty(environment.Requests);
    }

    [Fact]
    public async Task FieldsOfRuns_AreNotAClientsToSend()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + UltraEnvironment.Key);
        client.DefaultRequestHeaders.Add("x-ultraai-call", "i.m1");
        client.DefaultRequestHeaders.Add("x-ultraai-depth", "1");

        using var passed = await client.GetAsync(new Uri(environment.Address + "/openai/v1/models"), TestContext.Current.CancellationToken);
        using var refused = await client.GetAsync(new Uri(environment.Address + "/ultra/v1/models"), TestContext.Current.CancellationToken);

        var seen = Assert.Single(environment.Simulator.OpenAI.Requests);
        Assert.Equal((200, null, null), ((int)passed.StatusCode, seen.Header("x-ultraai-call"), seen.Header("x-ultraai-depth")));
        Assert.Equal("nested_ultra", Assert.Single(refused.Headers.GetValues("x-ultraai-error")));
    }

    private static string? Headers(ClientResultException exception, string name) =>
        exception.GetRawResponse()!.Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>Timers of a certain due time take a moment to be disposed of.</summary>
    private sealed class SlowDisposal(TimeSpan due) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            return dueTime == due ? new SlowTimer(timer) : timer;
        }

        private sealed class SlowTimer(ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(300));
                timer.Dispose();
            }

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
