using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary><c>GET /admin/usage</c> (CONTRACT §9).</summary>
public sealed class AdminUsageTests
{
    private static readonly UsageTotals Totals = new()
    {
        Requests = 4,
        InputTokens = 100,
        CachedInputTokens = 40,
        CacheWriteTokens = 10,
        OutputTokens = 50,
        CostNanoUsd = 2_500_000_001,
        EstimatedRequests = 1,
    };

    [Fact]
    public async Task Report_ByEverything_HasTheRowsOfTheLedger()
    {
        var usage = new FixedUsage
        {
            Rows = [new UsageRow("a", "openai", "m", new DateOnly(2026, 11, 2), Totals), new UsageRow("b", "openai", "m", new DateOnly(2026, 11, 2), default)],
        };
        await using var gateway = await StartAsync(usage);

        var answer = await new AdminClient(gateway).GetAsync("/admin/usage?from=2026-11-01&to=2026-11-30&by=day,model,provider,key");

        Assert.Equal(200, answer.Status);
        Assert.StartsWith(
            """{"from":"2026-11-01","to":"2026-11-30","by":["key","provider","model","day"],"rows":[{"key":"a","provider":"openai","model":"m","day":"2026-11-02","requests":4,"input_tokens":100,"cached_input_tokens":40,"cache_write_tokens":10,"output_tokens":50,"cost_usd":2.500000001,"estimated_requests":1},{"key":"b",""",
            answer.BodyText,
            StringComparison.Ordinal);
        Assert.Equal((new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30), UsageGrouping.Key | UsageGrouping.Provider | UsageGrouping.Model | UsageGrouping.Day), usage.Asked);
    }

    [Theory]
    [InlineData("", (int)UsageGrouping.Key)]
    [InlineData("?by=", (int)UsageGrouping.None)]
    [InlineData("?by=model", (int)UsageGrouping.Model)]
    [InlineData("?by=model&by=key", (int)(UsageGrouping.Model | UsageGrouping.Key))]
    public async Task Report_WithoutDays_IsOfTheLastThirty(string query, int by)
    {
        var usage = new FixedUsage();
        await using var gateway = await StartAsync(usage);

        var answer = await new AdminClient(gateway).GetAsync("/admin/usage" + query);

        Assert.Equal(200, answer.Status);
        Assert.Equal((UsageGrouping)by, usage.Asked.By);
        Assert.Equal(29, usage.Asked.To.DayNumber - usage.Asked.From.DayNumber);
        Assert.InRange(usage.Asked.To.DayNumber, DateOnly.FromDateTime(DateTime.UtcNow).DayNumber - 1, DateOnly.FromDateTime(DateTime.UtcNow).DayNumber);
    }

    [Fact]
    public async Task NamesThatAreMadeUp_DontTakeThePlacesOfModelsThatAnswer()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true });
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("404 Not Found", "{}", "Content-Type: application/json");
        for (var i = 0; i < UsageLedger.MaxModels + 10; i++)
        {
            await gateway.PostAsync("/openai/v1/chat/completions", $$"""{"model":"made-up-{{i}}","messages":[]}""");
        }

        gateway.OpenAI.Handler = exchange => exchange.RespondJsonAsync("""{"usage":{"prompt_tokens":10,"completion_tokens":5}}""");
        (await gateway.PostAsync("/openai/v1/chat/completions", """{"model":"gpt-4o","messages":[]}""")).AssertPassed();

        await gateway.App.Services.GetRequiredService<UsageLedger>().FlushAsync(TestContext.Current.CancellationToken);
        var rows = await gateway.App.Services.GetRequiredService<IUsageStore>().ReadAsync(DateOnly.MinValue, DateOnly.MaxValue, UsageGrouping.Model, TestContext.Current.CancellationToken);
        Assert.Equal(15, rows.Single(row => row.Model == "gpt-4o").Totals is var totals ? totals.InputTokens + totals.OutputTokens : 0);
        Assert.Equal(1, rows.Single(row => row.Model == "made-up-0").Totals.Requests);
        Assert.InRange(rows.Single(row => row.Model == "other").Totals.Requests, 100, 200);
    }

    [Theory]
    [InlineData("?from=yesterday&to=2026-13-01&by=weather&per=day", "from", "to", "by", "per")]
    [InlineData("?from=2026-11-30&to=2026-11-01", "from")]
    [InlineData("?from=2020-01-01&to=2026-11-01", "from")]
    [InlineData("?from=2026-11-01&from=2026-11-02&to=2026-11-03", "from")]
    public async Task Query_WithFaults_Is400ThatNamesEachAtOnce(string query, params string[] parameters)
    {
        await using var gateway = await StartAsync(new FixedUsage());

        AdminClient.AssertProblem(await new AdminClient(gateway).GetAsync("/admin/usage" + query), 400, parameters);
    }

    [Fact]
    public async Task Ledger_Gone_Is503()
    {
        await using var gateway = await StartAsync(new FixedUsage { IsGone = true });

        var answer = await new AdminClient(gateway).GetAsync("/admin/usage");

        AdminClient.AssertProblem(answer, 503);
        Assert.Equal("store_unavailable", answer.ErrorCode);
    }

    private static Task<GatewayEnvironment> StartAsync(FixedUsage usage) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        HasAdminToken = true,
        Services = services => services.AddSingleton<IUsageStore>(usage),
    });
}
