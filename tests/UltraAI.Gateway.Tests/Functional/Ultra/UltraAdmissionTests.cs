using System.Net;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Runs under limits, budgets and scopes of their key.</summary>
public sealed class UltraAdmissionTests
{
    [Fact]
    public async Task Requests_AreReservedForTheWholeRun()
    {
        await using var environment = await StartAsync(new JsonObject { ["RequestsPerMinute"] = 1, ["RequestBurst"] = 13 });
        environment.ScriptUsualRun();

        await environment.AskAsync();
        using var refused = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());

        Assert.Equal((429, "true"), ((int)refused.StatusCode, Assert.Single(refused.Headers.GetValues("x-should-retry"))));
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(7, environment.Requests.Count());
    }

    [Fact]
    public async Task RunThatCanNeverFit_IsNotToBeRepeated()
    {
        await using var environment = await StartAsync(new JsonObject { ["RequestsPerMinute"] = 60, ["RequestBurst"] = 6 });

        using var refused = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());

        Assert.Equal((429, "false"), ((int)refused.StatusCode, Assert.Single(refused.Headers.GetValues("x-should-retry"))));
        Assert.Empty(environment.Requests);
    }

    [Fact]
    public async Task Place_IsFreeAfterTheRun_AndAfterAClientThatLeft()
    {
        await using var environment = await StartAsync(new JsonObject { ["MaxConcurrent"] = 1 });
        foreach (var member in environment.Members)
        {
            member.Script(_ => true, SimulatedBehaviour.Hang, times: 1);
        }

        environment.ScriptUsualRun();
        using var leave = new CancellationTokenSource();
        var run = environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body(), cancellationToken: leave.Token);
        await environment.Members[0].WaitForRequestAsync();
        using var second = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.Equal("concurrency_limited", Assert.Single(second.Headers.GetValues("x-ultraai-error")));
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());
                return again.IsSuccessStatusCode;
            },
            "the place is free again");
    }

    [Fact]
    public async Task Budget_ThatDoesNotHoldTheRun_IsA402()
    {
        await using var environment = await UltraEnvironment.StartAsync(changeGateway: gateway => gateway["VirtualKeys"]![0]!["Budget"] = new JsonObject { ["Usd"] = 0.5, ["Period"] = "Total" });

        var answer = await environment.AskAsync(status: 402);

        Assert.Equal("budget_exhausted", (string?)answer["error"]!["code"]);
        Assert.Empty(environment.Requests);
    }

    [Fact]
    public async Task RetryThatTheLimitsRefuse_HoldsNoMoney()
    {
        // As many requests as the run reserves, and so none for a retry.
        var budget = new BudgetOptions { Usd = 100, Period = BudgetPeriod.Total };
        await using var environment = await UltraEnvironment.StartAsync(changeGateway: gateway =>
        {
            var key = gateway["VirtualKeys"]![0]!;
            key["Limits"] = new JsonObject { ["RequestsPerMinute"] = 1, ["RequestBurst"] = 7 };
            key["Budget"] = new JsonObject { ["Usd"] = budget.Usd, ["Period"] = "Total" };
        });
        var fail = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        environment.Members[0].Script(UltraEnvironment.IsDraft, SimulatedBehaviour.ServerError with { Barrier = fail.Task });
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Text = "Two.", Barrier = answer.Task });
        environment.ScriptUsualRun();

        var run = environment.AskAsync();
        await environment.Members[0].WaitForRequestAsync();
        var before = await RemainingAsync();
        fail.SetResult();
        await environment.Lead.WaitForRequestAsync();

        Assert.InRange(before, 1, (long)budget.Usd * 1_000_000_000);
        await Eventually.TrueAsync(async () => await RemainingAsync() == before, "the run holds what it held when it began");
        Assert.Single(environment.Members[0].Requests);
        answer.SetResult();
        Assert.Equal("http_error", (string?)(await run)["ultra"]!["members"]![0]!["draft"]);

        async Task<long> RemainingAsync() => (await environment.Service<IBudgets>().ReadAsync("ultra-tests", budget)).RemainingNanoUsd;
    }

    [Theory]
    [InlineData("Providers", "openai", "provider_not_allowed")]
    [InlineData("Models", "model-a", "model_not_allowed")]
    [InlineData("Endpoints", "POST /v1/embeddings", "endpoint_not_allowed")]
    public async Task Scope_HoldsForEveryModelOfThePreset(string property, string value, string code)
    {
        await using var environment = await UltraEnvironment.StartAsync(changeGateway: gateway => gateway["VirtualKeys"]![0]![property] = new JsonArray(value));

        var answer = await environment.AskAsync(status: 403);
        using var models = await environment.SendAsync(HttpMethod.Get, "/ultra/v1/models");

        Assert.Equal(code, (string?)answer["error"]!["code"]);
        Assert.Contains("\"data\":[]", await models.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(environment.Requests);
    }

    private static Task<UltraEnvironment> StartAsync(JsonObject limits) =>
        UltraEnvironment.StartAsync(changeGateway: gateway => gateway["VirtualKeys"]![0]!["Limits"] = limits);

    [Theory]
    [InlineData("/ultra")]
    [InlineData("/ultra/v1/chat/completions")]
    public async Task WhatARunHolds_IsHeldToTheBoundOfAllBodies_UntilItEnds(string target)
    {
        const int Bound = 1024 * 1024;
        await using var environment = await UltraEnvironment.StartAsync(
            preset => preset["GraceMs"] = 600_000,
            gateway => gateway["Inspection"] = new JsonObject { ["MaxBodyBytes"] = Bound, ["MaxTotalBytes"] = Bound });
        environment.Members[0].Script(UltraEnvironment.IsDraft, SimulatedBehaviour.Hang, times: 1);
        environment.ScriptUsualRun();
        var held = environment.Service<HeldBodies>();
        var body = UltraEnvironment.Body().Replace(UltraEnvironment.Question, new string('x', 200 * 1024), StringComparison.Ordinal);
        body = target == "/ultra" ? body.Replace("\"model\":\"ultra\",", "", StringComparison.Ordinal) : body;
        using var leave = new CancellationTokenSource();
        var first = environment.PostAsync(target, body, cancellationToken: leave.Token);
        await environment.Members[0].WaitForRequestAsync(UltraEnvironment.IsDraft);

        // Its own body, and one to each of three members.
        Assert.Equal(4 * body.Length, held.Bytes);
        using (var refused = await environment.PostAsync(target, body))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "queue_full"), (refused.StatusCode, refused.Headers.GetValues("x-ultraai-error").Single()));
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Eventually.TrueAsync(() => held.Bytes == 0, "all is given back");

        // One that would hold more than all still runs, alone.
        using var alone = await environment.PostAsync(target, body.Replace("xxxx", "xxxxxxxx", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, alone.StatusCode);
        await Eventually.TrueAsync(() => held.Bytes == 0, "all is given back");
    }
}
