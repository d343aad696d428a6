using System.Diagnostics;
using UltraAI.Gateway.LoadTests.Http;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests;

public sealed class LoadVerdictTests
{
    private static readonly LoadOptions Options = new() { Target = new Uri("http://localhost"), Key = "k", Scenario = LoadScenario.Streaming };

    [Fact]
    public void Nothing_IsMissed() => Assert.Equal(["No request was sent."], LoadVerdict.Missed(Options, new LoadTally(limited: false)));

    [Fact]
    public void Thresholds_AreHeld()
    {
        var tally = Tally(limited: false, ok: 99, failed: 1);

        Assert.Empty(LoadVerdict.Missed(Options with { MaxP99 = TimeSpan.FromMilliseconds(110), MaxFirstChunkP99 = TimeSpan.FromMilliseconds(55) }, tally));
        Assert.Equal(
            ["p99 of a request's time is 100.4 ms; --max-p99 allows 90.0 ms.", "p99 of the time to the first chunk is 50.2 ms; --max-first-chunk-p99 allows 40.0 ms."],
            LoadVerdict.Missed(Options with { MaxP99 = TimeSpan.FromMilliseconds(90), MaxFirstChunkP99 = TimeSpan.FromMilliseconds(40) }, tally));
        Assert.StartsWith("1.00", Assert.Single(LoadVerdict.Missed(Options with { MaxErrors = 0.005 }, tally)), StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_AreFailuresUnlessTheyAreWanted()
    {
        var refused = new CallOutcome("rate_limited", 1, 2, 3) { RetryAfter = 1 };
        var usual = new LoadTally(limited: false);
        var limited = new LoadTally(limited: true);
        usual.Add(refused);
        limited.Add(refused);

        Assert.Equal((1, 0), (usual.Failed, limited.Failed));
    }

    [Fact]
    public async Task CallsThatNeverEnd_AreFailures()
    {
        var tally = Tally(limited: false, ok: 9, failed: 0);
        tally.Begin();

        await tally.CloseAsync(TimeSpan.Zero);
        tally.Add(new CallOutcome(CallOutcome.Ok, 1, 2, 3)); // too late: it is counted already

        Assert.Equal((10, 10, 1), (tally.Begun, tally.Total, tally.Codes["unfinished"]));
        Assert.StartsWith("10.00", Assert.Single(LoadVerdict.Missed(Options, tally)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallsThatStillEnd_AreWaitedFor()
    {
        var tally = Tally(limited: false, ok: 9, failed: 0);
        tally.Begin();

        var closing = tally.CloseAsync(Deadlines.Step);
        Assert.False(closing.IsCompleted);
        tally.Add(new CallOutcome(CallOutcome.Ok, 1, 2, 3));
        await closing;

        Assert.Equal((10, 0), (tally.Total, tally.Failed));
    }

    [Fact]
    public void BegunPerSecond_CountsWhatHasNotEnded()
    {
        var tally = Tally(limited: false, ok: 10, failed: 0);
        for (var i = 0; i < 10; i++)
        {
            tally.Begin();
        }

        var rows = LoadReport.Rows(Options with { Duration = TimeSpan.FromSeconds(10) }, tally, connections: 1).ToDictionary(row => row.Name, row => row.Value);

        Assert.Equal("2.00", rows["requests_begun_per_second"]);
    }

    [Fact]
    public void Governance_WithoutARefusal_HasShownNothing()
    {
        var options = Options with { Scenario = LoadScenario.Governance, RequestsPerMinute = 60_000 };

        Assert.Contains("Nothing was refused", Assert.Single(LoadVerdict.Missed(options, Tally(limited: true, ok: 10, failed: 0))), StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_MustSayWhenToComeAgain()
    {
        var options = Options with { Scenario = LoadScenario.Governance, RequestsPerMinute = 60_000 };
        var tally = Tally(limited: true, ok: 10, failed: 0);
        tally.Add(new CallOutcome("rate_limited", 1, 2, 3));

        Assert.Contains("no Retry-After", Assert.Single(LoadVerdict.Missed(options, tally)), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_HasCodesFirstChunksAndConnections()
    {
        var rows = LoadReport.Rows(Options with { Duration = TimeSpan.FromSeconds(10) }, Tally(limited: false, ok: 99, failed: 1), connections: 7).ToDictionary(row => row.Name, row => row.Value);

        Assert.Equal(("100", "10.00", "1", "7"), (rows["requests"], rows["requests_begun_per_second"], rows["failed"], rows["connections_opened"]));
        Assert.Equal(("99", "1", "50.17"), (rows["code_ok"], rows["code_queue_full"], rows["first_chunk_p50_ms"]));
        Assert.Contains("code_queue_full,1\n", LoadReport.Csv([.. rows.Select(row => (row.Key, row.Value))]), StringComparison.Ordinal);
    }

    private static LoadTally Tally(bool limited, int ok, int failed)
    {
        var tally = new LoadTally(limited);
        for (var i = 0; i < ok + failed; i++)
        {
            var began = i * Stopwatch.Frequency;
            tally.Begin();
            tally.Add(new CallOutcome(i < ok ? CallOutcome.Ok : "queue_full", began, began + (Stopwatch.Frequency / 50), began + (Stopwatch.Frequency / 10))
            {
                FirstChunk = i < ok ? began + (Stopwatch.Frequency / 20) : 0,
                Chunks = i < ok ? 3 : 0,
            });
        }

        return tally;
    }
}
