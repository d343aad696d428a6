using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>Storage, budgets and ledger as they are wired, up to what Prometheus reads.</summary>
[Collection(nameof(RunsAlone))]
public sealed class MoneyExportTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData("Embedded")]
    [InlineData("Redis")]
    public async Task CostAndBudget_AreExportedUnderTheirNames_AndStoredAtTheEnd(string kind)
    {
        await using var folder = EmbeddedFolder.Open();
        var options = new StoreOptions { Kind = Enum.Parse<StoreKind>(kind), Path = folder.File + ".wired", KeyPrefix = Path.GetRandomFileName() };
        await using (var app = Build(options))
        {
            await app.StartAsync();
            var ledger = app.Services.GetRequiredService<IUsageLedger>();
            for (var i = 0; i < 3000; i++)
            {
                ledger.Add(new UsageKey($"key-{i % 1000}", "openai", $"m{i / 1000}"), default, 500_000_000, isEstimated: false);
            }

            await SpendAsync(app.Services.GetRequiredService<IBudgets>(), 250_000_000);

            using var client = new HttpClient();
            var lines = (await client.GetStringAsync(app.Urls.Single() + "/metrics")).Split('\n');
            Assert.Equal(1500, lines.Where(line => line.StartsWith("ultraai_cost_usd_total{", StringComparison.Ordinal)).Sum(Value), 6);
            Assert.Contains(lines, line => line.StartsWith("ultraai_cost_usd_total{", StringComparison.Ordinal)
                && line.Contains("key=\"key-7\"", StringComparison.Ordinal) && line.Contains("provider=\"openai\"", StringComparison.Ordinal) && line.Contains("model=\"m2\"", StringComparison.Ordinal));
            Assert.Equal(0.75, lines.Where(line => line.StartsWith("ultraai_budget_remaining_usd{key=\"team-a\"}", StringComparison.Ordinal)).Sum(Value), 6);
            Assert.Equal(1, lines.Where(line => line.StartsWith("ultraai_budget_limit_usd{key=\"team-a\"}", StringComparison.Ordinal)).Sum(Value), 6);
            await app.StopAsync();
        }

        await using var again = Build(options);
        var rows = await again.Services.GetRequiredService<IUsageStore>().ReadAsync(DateOnly.MinValue, DateOnly.MaxValue, UsageGrouping.Model, default);
        Assert.Equal([("m0", 1000L), ("m1", 1000L), ("m2", 1000L)], rows.Select(row => (row.Model!, row.Totals.Requests)));
        Assert.Equal(250_000_000, (await again.Services.GetRequiredService<IBudgets>().ReadAsync("team-a", new BudgetOptions { Usd = 1 })).SpentNanoUsd);
        Assert.Empty(await again.Services.GetRequiredService<IVirtualKeyStore>().ListAsync(default));
    }

    [Fact]
    public async Task FaultyConnectionString_IsToldWithoutItsSecret()
    {
        await using var app = Build(new StoreOptions { Kind = StoreKind.Redis }, "localhost,pasword=geheim");

        var fault = await Assert.ThrowsAsync<StoreException>(() => app.StartAsync());

        Assert.Contains("Gateway:Store:Redis", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", fault.ToString(), StringComparison.Ordinal);
    }

    // Redis may be slow for the first call of a busy machine, and is then gone for a moment.
    private static Task SpendAsync(IBudgets budgets, long nanoUsd) => Eventually.TrueAsync(
        async () =>
        {
            var decision = await budgets.ReserveAsync("team-a", new BudgetOptions { Usd = 1 }, nanoUsd);
            decision.Reservation?.Settle(nanoUsd);
            return decision.Reservation is not null;
        },
        "the budget is granted");

    private static double Value(string line) => double.Parse(line[(line.LastIndexOf("} ", StringComparison.Ordinal) + 2)..].Split(' ')[0], CultureInfo.InvariantCulture);

    private WebApplication Build(StoreOptions options, string? connectionString = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddGatewayTelemetry(builder.Configuration)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IAccessLogSource, NoAccessLog>()
            .AddStorage(options, connectionString ?? redis.Server.ConnectionString, mayForget: false)
            .AddBudgets(options.Kind)
            .AddUsageLedger(options.Kind)
            .AddVirtualKeyStore(options.Kind);
        var app = builder.Build();
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    private sealed class NoAccessLog : IAccessLogSource
    {
        public AccessLogOptions AccessLog { get; } = new() { Target = LogTarget.Off };
    }
}
