using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Runs of /ultra over real sockets: what is called, what each model is told, what comes back.</summary>
public sealed class UltraRunTests
{
    [Fact]
    public async Task Run_MakesDraftsReviewsAndOneSynthesis()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        Assert.Equal("Mars has two moons: Phobos and Deimos.", (string?)answer["choices"]![0]!["message"]!["content"]);
        var ultra = answer["ultra"]!;
        Assert.Equal(("complete", true, 0), ((string?)ultra["status"], (bool)ultra["synthesized"]!, ultra["degraded"]!.AsArray().Count));
        Assert.Equal((3, 3, 1), (
            environment.Requests.Count(UltraEnvironment.IsDraft), environment.Requests.Count(UltraEnvironment.IsReview), environment.Requests.Count(UltraEnvironment.IsLead)));
        Assert.Equal(3, (int)ultra["ranking"]!["reviews_used"]!);
        Assert.All(ultra["members"]!.AsArray(), member => Assert.Equal(("ok", "ok"), ((string?)member!["draft"], (string?)member["review"])));
        Assert.Equal("ultra-" + (string?)ultra["run_id"], (string?)answer["id"]);
    }

    [Fact]
    public async Task LimitedCredentialOfAMember_IsFollowedByItsNext_AndTheRunIsWhole()
    {
        await using var environment = await UltraEnvironment.StartAsync(changeGateway: gateway =>
        {
            var provider = gateway["Providers"]!["openai"]!;
            var secret = (string)provider["Credentials"]![0]!["Value"]!;
            provider["Credentials"] = new JsonArray(new JsonObject { ["Name"] = "one", ["Value"] = secret }, new JsonObject { ["Name"] = "two", ["Value"] = secret });
        });
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsDraft, SimulatedBehaviour.RateLimited(TimeSpan.FromSeconds(60)), times: 1);
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        Assert.Equal(("complete", 0), ((string?)answer["ultra"]!["status"], answer["ultra"]!["degraded"]!.AsArray().Count));
        Assert.Equal(2, environment.Simulator.OpenAI.Requests.Count(UltraEnvironment.IsDraft));
    }

    [Fact]
    public async Task ReviewOff_MakesNoReview()
    {
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["Review"] = new JsonObject { ["Mode"] = "off" });
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        Assert.Equal((3, 0, 1), (
            environment.Requests.Count(UltraEnvironment.IsDraft), environment.Requests.Count(UltraEnvironment.IsReview), environment.Requests.Count(UltraEnvironment.IsLead)));
        Assert.Null(answer["ultra"]!["ranking"]);
    }

    [Fact]
    public async Task ToolTurn_AsksTheLeadAlone()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        const string Tools = """,  "tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],"tool_choice":"required" """;

        var answer = await environment.AskAsync(Tools);

        Assert.Equal("look", (string?)answer["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["name"]);
        Assert.Equal("tool_calls", (string?)answer["choices"]![0]!["finish_reason"]);
        Assert.Single(environment.Requests);
    }

    [Fact]
    public async Task Prompts_HoldTheOthersOnce_AndNobodysName()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();

        await environment.AskAsync();

        for (var i = 0; i < environment.Members.Count; i++)
        {
            var draft = environment.Members[i].Requests.Single(UltraEnvironment.IsDraft);
            Assert.Contains(UltraEnvironment.Question, draft.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("says", draft.Text, StringComparison.Ordinal);

            var review = environment.Members[i].Requests.Single(UltraEnvironment.IsReview).Text;
            var parts = review.Split("THE OTHER DRAFTS");
            for (var j = 0; j < UltraEnvironment.DraftTexts.Length; j++)
            {
                Assert.Equal(j == i ? 2 : 1, parts[0].Split(UltraEnvironment.DraftTexts[j]).Length);
                Assert.Equal(j == i ? 1 : 2, parts[1].Split(UltraEnvironment.DraftTexts[j]).Length);
            }
        }

        var lead = environment.Lead.Requests.Single().Text;
        Assert.All(UltraEnvironment.DraftTexts, text => Assert.Equal(2, lead.Split(text).Length));
        Assert.All(environment.Requests, request =>
        {
            Assert.DoesNotContain("{{", request.Text, StringComparison.Ordinal);
            var others = new[] { "model-a", "model-b", "model-c", UltraEnvironment.LeadModel }.Where(model => model != request.Model);
            Assert.All(others, model => Assert.DoesNotContain(model, request.Text, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Drafts_AreAskedForAtOnce()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        var barrier = new TaskCompletionSource();
        foreach (var member in environment.Members)
        {
            member.Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Barrier = barrier.Task, Text = "a draft" });
        }

        var run = environment.AskAsync();
        await Task.WhenAll(environment.Members.Select(member => member.WaitForRequestAsync()));
        barrier.SetResult();

        Assert.True((bool)(await run)["ultra"]!["synthesized"]!);
    }

    [Fact]
    public async Task ManyRuns_OpenNoFurtherConnection()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();
        await environment.AskAsync();
        var before = environment.Simulator.All.Select(provider => provider.AcceptedConnections).ToArray();

        for (var i = 0; i < 50; i++)
        {
            await environment.AskAsync();
        }

        Assert.Equal([1, 1, 1, 1], before);
        Assert.Equal(before, environment.Simulator.All.Select(provider => provider.AcceptedConnections));
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("review")]
    [InlineData("lead")]
    public async Task ClientThatLeaves_EndsEveryCall(string stage)
    {
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["GraceMs"] = 600_000);
        Func<RecordedRequest, bool> hangs = stage switch
        {
            "draft" => UltraEnvironment.IsDraft,
            "review" => UltraEnvironment.IsReview,
            _ => UltraEnvironment.IsLead,
        };
        var waiting = stage == "lead" ? [environment.Lead] : environment.Members;
        foreach (var provider in waiting)
        {
            provider.Script(hangs, SimulatedBehaviour.Hang);
        }

        environment.ScriptUsualRun();
        using var leave = new CancellationTokenSource();
        var run = environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(), cancellationToken: leave.Token);
        var hanging = await Task.WhenAll(waiting.Select(provider => provider.WaitForRequestAsync(hangs)));

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await Task.WhenAll(hanging.Select(request => request.Aborted)).WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        var calls = environment.Requests.Count();
        await Eventually.TrueAsync(() => environment.Simulator.All.Sum(provider => provider.ActiveRequests) == 0, "all calls have ended");
        Assert.Equal(calls, environment.Requests.Count());
    }

    [Theory]
    [InlineData("any", 0, 502, "all_members_failed")]
    [InlineData("any", 1, 200, "single_survivor")]
    [InlineData("any", 2, 200, "partial_panel")]
    [InlineData("quorum", 0, 503, "quorum_not_met")]
    [InlineData("quorum", 1, 503, "quorum_not_met")]
    [InlineData("quorum", 2, 200, "partial_panel")]
    [InlineData("full", 2, 503, "quorum_not_met")]
    [InlineData("full", 3, 200, "")]
    public async Task Survivors_DecideHowTheRunGoesOn(string require, int survivors, int status, string code)
    {
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["Require"] = require);
        for (var i = survivors; i < environment.Members.Count; i++)
        {
            environment.Members[i].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Status = 400 });
        }

        environment.ScriptUsualRun();

        var answer = await environment.AskAsync(status: status);

        if (status == 200)
        {
            Assert.Equal(code.Length == 0 ? [] : [code], answer["ultra"]!["degraded"]!.AsArray().Select(item => (string)item!));
            Assert.Equal(survivors > 1, (bool)answer["ultra"]!["synthesized"]!);
            Assert.Equal(survivors == 1 ? UltraEnvironment.DraftTexts[0] : "Mars has two moons: Phobos and Deimos.", (string?)answer["choices"]![0]!["message"]!["content"]);
        }
        else
        {
            Assert.Equal(code, (string?)answer["error"]!["code"]);
            Assert.Equal(3, answer["error"]!["ultra"]!["members"]!.AsArray().Count);
            Assert.DoesNotContain(environment.Requests, UltraEnvironment.IsReview);
        }
    }

    [Fact]
    public async Task AllRateLimited_IsA429WithTheLeastRetryAfter()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        foreach (var (member, seconds) in environment.Members.Zip([30, 10, 20]))
        {
            member.Script(_ => true, SimulatedBehaviour.RateLimited(TimeSpan.FromSeconds(seconds)));
        }

        using var response = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());

        Assert.Equal((429, "10", "true"), ((int)response.StatusCode, response.Headers.RetryAfter!.ToString(), Assert.Single(response.Headers.GetValues("x-should-retry"))));
        Assert.Equal("all_members_rate_limited", Assert.Single(response.Headers.GetValues("x-ultraai-error")));
    }

    [Fact]
    public async Task Lead_FailsOver_AndThenTheTopDraftIsTheAnswer()
    {
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["Lead"] = new JsonObject
        {
            ["Models"] = new JsonArray("huggingface/lead-model", "openai/model-z"),
            ["AllowMembers"] = false,
        });
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Status = 400 });
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsLead, new SimulatedBehaviour { Text = "The second lead's." }, times: 1);
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsLead, new SimulatedBehaviour { Status = 400 });
        environment.ScriptUsualRun();

        var second = await environment.AskAsync();
        var exhausted = await environment.AskAsync();

        Assert.Equal(("The second lead's.", "openai/model-z", 2), (
            (string?)second["choices"]![0]!["message"]!["content"], (string?)second["ultra"]!["lead"]!["model"], (int)second["ultra"]!["lead"]!["attempts"]!));
        Assert.Equal(["lead_failed"], exhausted["ultra"]!["degraded"]!.AsArray().Select(item => (string)item!));
        Assert.Contains((string?)exhausted["choices"]![0]!["message"]!["content"], UltraEnvironment.DraftTexts);
        Assert.Null(exhausted["ultra"]!["lead"]);
    }

    [Theory]
    [InlineData(503, null, 2)]
    [InlineData(429, 1, 2)]
    [InlineData(429, 3, 1)]
    [InlineData(429, null, 1)]
    [InlineData(400, null, 1)]
    [InlineData(401, null, 1)]
    public async Task Retry_IsOnce_AndOnlyWhereItMayHelp(int status, int? retryAfter, int calls)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Status = status, Headers = retryAfter is { } wait ? [new("retry-after", $"{wait}")] : [] }, times: 1);
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        Assert.Equal(calls, environment.Simulator.OpenAI.Requests.Count(UltraEnvironment.IsDraft));
        Assert.Equal(calls == 2 ? "ok" : status switch { 429 => "rate_limited", 401 => "auth", _ => "http_error" }, (string?)answer["ultra"]!["members"]![0]!["draft"]);
    }

    [Fact]
    public async Task Fallback_WritesTheDraft_AndReviews()
    {
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["Members"]![0] = new JsonObject { ["Model"] = "openai/model-a", ["Fallbacks"] = new JsonArray("openai/model-f") });
        environment.Simulator.OpenAI.Script(request => request.Model == "model-a", new SimulatedBehaviour { Status = 400 });
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        Assert.Equal(("openai/model-f", "ok", "ok"), (
            (string?)answer["ultra"]!["members"]![0]!["model"], (string?)answer["ultra"]!["members"]![0]!["draft"], (string?)answer["ultra"]!["members"]![0]!["review"]));
        Assert.Equal(["model-a", "model-f", "model-f"], environment.Simulator.OpenAI.Requests.Select(request => request.Model));
    }

    [Fact]
    public async Task Usage_IsTheSumOverTheProviders()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsDraft, SimulatedBehaviour.ServerError, times: 1);
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        var reported = environment.Requests.Select(request => request.Usage).OfType<SimulatedUsage>().ToArray();
        var input = (int)answer["usage"]!["prompt_tokens"]!;
        var output = (int)answer["usage"]!["completion_tokens"]!;
        Assert.Equal((reported.Sum(usage => usage.Input), reported.Sum(usage => usage.Output)), (input, output));
        Assert.Equal((input + (10 * output)) / 1_000_000m, (decimal)answer["ultra"]!["cost"]!["usd"]!);
        Assert.Equal(4, (int)answer["ultra"]!["usage_by_stage"]!["initial"]!["calls"]!);
    }

    [Fact]
    public async Task ErrorWordsInADraft_AreText()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.Simulator.OpenAI.Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "ValueError: Error: no module" });
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync(""","ultra":{"include":["drafts"]}""");

        Assert.Equal("ValueError: Error: no module", (string?)answer["ultra"]!["members"]![0]!["text"]);
    }
}
