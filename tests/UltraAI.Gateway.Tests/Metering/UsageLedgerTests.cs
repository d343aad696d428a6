using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

public sealed class UsageLedgerTests : IAsyncDisposable
{
    private static readonly UsageKey TeamA = new("team-a", "openai", "gpt-4o");
    private static readonly TokenUsage Used = new() { Input = 10, CachedInput = 4, CacheWrite5m = 1, CacheWrite1h = 2, Output = 5, Reasoning = 3 };

    private readonly EmbeddedFolder _folder = EmbeddedFolder.Open();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2126, 11, 24, 23, 59, 58, TimeSpan.Zero));
    private readonly FragileUsageStore _store;
    private readonly GatewayMeasurements _measurements;
    private readonly CapturedLogs _logs = new();
    private readonly LoggerFactory _loggers;
    private readonly UsageLedger _ledger;

    public UsageLedgerTests()
    {
        var meters = _services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        _store = new FragileUsageStore(new EmbeddedUsageStore(_folder.Database, _time));
        _measurements = new GatewayMeasurements(meters);
        _loggers = new LoggerFactory([_logs]);
        _ledger = new UsageLedger(_store, new CostMetrics(meters), _time, _loggers.CreateLogger<UsageLedger>());
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _loggers.Dispose();
        _measurements.Dispose();
        await _services.DisposeAsync();
        await _folder.DisposeAsync();
    }

    [Fact]
    public async Task WhatIsUsed_IsInTheStoreASecondLater()
    {
        await _ledger.StartAsync(default);
        _ledger.Add(TeamA, Used, 1000, isEstimated: false);
        _ledger.Add(TeamA, Used, 500, isEstimated: true);

        await Eventually.TrueAsync(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return (await ReadAsync(UsageGrouping.None)).Count > 0;
            },
            "usage is written");

        Assert.Equal(
            new UsageTotals { Requests = 2, InputTokens = 20, CachedInputTokens = 8, CacheWriteTokens = 6, OutputTokens = 10, CostNanoUsd = 1500, EstimatedRequests = 1 },
            Assert.Single(await ReadAsync(UsageGrouping.None)).Totals);
    }

    [Fact]
    public async Task RacingCalls_AreAllCounted_WhileBatchesAreWritten()
    {
        var adding = Enumerable.Range(0, 4).Select(number => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                _ledger.Add(TeamA with { Model = $"m{i % 7}" }, Used, 3, isEstimated: false);
            }
        })).ToArray();
        while (!Task.WhenAll(adding).IsCompleted)
        {
            await _ledger.FlushAsync(default);
        }

        await Task.WhenAll(adding);
        await _ledger.FlushAsync(default);

        var totals = Assert.Single(await ReadAsync(UsageGrouping.None)).Totals;
        Assert.Equal((20_000L, 200_000L, 60_000L), (totals.Requests, totals.InputTokens, totals.CostNanoUsd));
        Assert.Equal(60_000e-9, _measurements.Sum("ultraai.cost", "key=team-a", "provider=openai"), 12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BatchThatFailed_IsKept_AndCountsOnce(bool failsAfter)
    {
        _ledger.Add(TeamA, Used, 1, isEstimated: false);
        (_store.FailsBefore, _store.FailsAfter) = (!failsAfter, failsAfter);
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<StoreException>(() => _ledger.FlushAsync(default));
            _ledger.Add(TeamA, Used, 1, isEstimated: false);
        }

        (_store.FailsBefore, _store.FailsAfter) = (false, false);
        await _ledger.FlushAsync(default);

        Assert.Equal(4, Assert.Single(await ReadAsync(UsageGrouping.None)).Totals.Requests);
    }

    [Fact]
    public async Task Midnight_PartsTheDays()
    {
        _ledger.Add(TeamA, Used, 1, isEstimated: false);
        _time.Advance(TimeSpan.FromSeconds(2));
        _ledger.Add(TeamA, Used, 1, isEstimated: false);
        _ledger.Add(TeamA, Used, 1, isEstimated: false);
        await _ledger.FlushAsync(default);

        Assert.Equal(
            [(new DateOnly(2126, 11, 24), 1L), (new DateOnly(2126, 11, 25), 2L)],
            (await ReadAsync(UsageGrouping.Day)).Select(row => (row.Day!.Value, row.Totals.Requests)));
    }

    [Fact]
    public async Task NamesThatClientsMakeUp_ShareOneLine()
    {
        for (var i = 0; i < 300; i++)
        {
            _ledger.Add(TeamA with { Model = $"m{i}" }, Used, 1, isEstimated: false);
        }

        _ledger.Add(TeamA with { Provider = "azure", Model = "m299" }, Used, 1, isEstimated: false);
        _ledger.Add(TeamA with { Provider = "azure", Model = new string('x', 10_000) }, Used, 1, isEstimated: false);
        await _ledger.FlushAsync(default);

        var models = await ReadAsync(UsageGrouping.Provider | UsageGrouping.Model);
        Assert.Equal(UsageLedger.MaxModels + 1 + 2, models.Count);
        Assert.Equal(100, models.Single(row => row is { Provider: "openai", Model: "other" }).Totals.Requests);
        Assert.Equal(1, models.Single(row => row is { Provider: "azure", Model: "m299" }).Totals.Requests);
        Assert.Equal(1, models.Single(row => row is { Provider: "azure", Model: "other" }).Totals.Requests);
    }

    [Fact]
    public async Task LabelsOfTheMetric_AreBounded()
    {
        for (var i = 0; i < 1200; i++)
        {
            _ledger.Add(new UsageKey($"key-{i}", "openai", "m"), Used, 1_000_000_000, isEstimated: false);
        }

        Assert.Equal(200, _measurements.Sum("ultraai.cost", "key=other"), 6);
        Assert.Equal(1200, _measurements.Sum("ultraai.cost"), 6);
        await _ledger.FlushAsync(default);
        Assert.Equal(1200, (await ReadAsync(UsageGrouping.Key)).Count);
    }

    [Fact]
    public async Task End_WritesWhatIsLeft()
    {
        await _ledger.StartAsync(default);
        _ledger.Add(TeamA, Used, 1, isEstimated: false);

        await _ledger.StopAsync(default);

        Assert.Equal(1, Assert.Single(await ReadAsync(UsageGrouping.None)).Totals.Requests);
    }

    [Fact]
    public async Task WhatCanNotBeWrittenAtTheEnd_IsSaidToBeLostOnce()
    {
        await _ledger.StartAsync(default);
        _ledger.Add(TeamA, Used, 1, isEstimated: false);
        _store.FailsBefore = true;

        await _ledger.StopAsync(default);
        await _ledger.DisposeAsync();

        Assert.Single(_logs.Lines, line => line.Contains("1 lines of usage could not be written at the end, and are lost: gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StoreThatIsBackBeforeTheEnd_LosesNothing()
    {
        await _ledger.StartAsync(default);
        _ledger.Add(TeamA, Used, 1, isEstimated: false);
        _store.FailsBefore = true;
        await _ledger.StopAsync(default);
        _store.FailsBefore = false;

        await _ledger.DisposeAsync();

        Assert.Equal(1, Assert.Single(await ReadAsync(UsageGrouping.None)).Totals.Requests);
        Assert.DoesNotContain("lost", _logs.AllText(), StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<UsageRow>> ReadAsync(UsageGrouping by) => _store.ReadAsync(DateOnly.MinValue, DateOnly.MaxValue, by, default);

    /// <summary>A store that can be made to fail, before or after it has done what was asked.</summary>
    private sealed class FragileUsageStore(IUsageStore inner) : IUsageStore
    {
        public bool FailsBefore { get; set; }

        public bool FailsAfter { get; set; }

        public async Task AddAsync(Guid batch, IReadOnlyList<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>> rows, CancellationToken cancellationToken)
        {
            if (FailsBefore)
            {
                throw new StoreException("gone");
            }

            await inner.AddAsync(batch, rows, cancellationToken);
            if (FailsAfter)
            {
                throw new StoreException("gone");
            }
        }

        public Task<IReadOnlyList<UsageRow>> ReadAsync(DateOnly from, DateOnly to, UsageGrouping by, CancellationToken cancellationToken) =>
            inner.ReadAsync(from, to, by, cancellationToken);
    }
}
