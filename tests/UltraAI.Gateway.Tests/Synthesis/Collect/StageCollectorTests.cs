using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Collect;

public sealed class StageCollectorTests
{
    private static readonly ScriptedCall Never = new(null, Ending.Ok, ObeysCancellation: false);

    [Fact]
    public void AllOk_TakesAsLongAsTheSlowest() => Expect(
        StageEnd.AllSettled, 9, "ok@3 ok@9 ok@5", Script(quorum: 2, grace: 20, limit: 30, Ok(3), Ok(9), Ok(5)));

    [Fact]
    public void Straggler_IsGivenTheGraceAfterTheQuorum() => Expect(
        StageEnd.Quorum, 13, "ok@3 ok@5 Straggler@13", Script(quorum: 2, grace: 8, limit: 30, Ok(3), Ok(5), Never));

    [Fact]
    public void AnswerInTheTickOfTheGracesEnd_IsLate() => Expect(
        StageEnd.Quorum, 13, "ok@3 ok@5 Straggler@13", Script(quorum: 2, grace: 8, limit: 30, Ok(3), Ok(5), Ok(13)));

    [Fact]
    public void AnswerInTheTickOfTheDeadline_IsLate() => Expect(
        StageEnd.Deadline, 30, "ok@3 StageDeadline@30", Script(quorum: 2, grace: 8, limit: 30, Ok(3), Ok(30)));

    [Fact]
    public void ZeroGrace_EndsWithTheQuorum() => Expect(
        StageEnd.Quorum, 5, "ok@3 ok@5 Straggler@5", Script(quorum: 2, grace: 0, limit: 30, Ok(3), Ok(5), Ok(6)));

    [Fact]
    public void ZeroGraceAndATie_IsSettledByMemberOrder() => Expect(
        StageEnd.Quorum, 5, "ok@5 ok@5 Straggler@5 Straggler@5", Script(quorum: 2, grace: 0, limit: 30, Ok(5), Ok(5), Ok(5), Ok(5)));

    [Fact]
    public void Required_IsWaitedForBeyondTheGrace() => Expect(
        StageEnd.Quorum, 20, "ok@3 ok@5 Straggler@20 ok@20",
        Script(quorum: 2, grace: 2, limit: 30, Ok(3), Ok(5), Never, Ok(20) with { Required = true }));

    [Fact]
    public void RequiredThatFails_IsWaitedForNoLonger() => Expect(
        StageEnd.Quorum, 10, "ok@3 ok@5 Straggler@10 threw@10",
        Script(quorum: 2, grace: 2, limit: 30, Ok(3), Ok(5), Never, new ScriptedCall(10, Ending.Throws, Required: true)));

    [Fact]
    public void Required_IsNotWaitedForBeyondTheDeadline() => Expect(
        StageEnd.Deadline, 30, "ok@3 ok@5 StageDeadline@30", Script(quorum: 2, grace: 2, limit: 30, Ok(3), Ok(5), Never with { Required = true }));

    [Fact]
    public void StrictMode_EndsWhenTooFewAreLeft() => Expect(
        StageEnd.Strict, 7, "ok@3 failed@5 threw@7 Strict@7",
        Script(quorum: 3, grace: 8, limit: 30, Ok(3), new ScriptedCall(5, Ending.NotOk), new ScriptedCall(7, Ending.Throws), Never) with { Needed = 3 });

    [Fact]
    public void FullMode_DoesNotBreakOffWhatItNeeds() => Expect(
        StageEnd.AllSettled, 25, "ok@3 ok@5 ok@25", Script(quorum: 2, grace: 8, limit: 30, Ok(3), Ok(5), Ok(25)) with { Needed = 3 });

    [Fact]
    public void TooFewLeftButNotStrict_WaitsForTheRest() => Expect(
        StageEnd.AllSettled, 9, "failed@5 ok@9", Script(quorum: 2, grace: 0, limit: 30, new ScriptedCall(5, Ending.NotOk), Ok(9)));

    [Fact]
    public void RunCancelled_BreaksOffTheRestWithItsReason() => Expect(
        StageEnd.RunCancelled, 4, "ok@3 RunDeadline@4",
        Script(quorum: 2, grace: 8, limit: 30, Ok(3), Ok(4)) with { CancelAt = 4, CancelWith = CancelReason.RunDeadline });

    [Fact]
    public void CancelledBeforeItBegan_EndsAtOnce() => Expect(
        StageEnd.RunCancelled, 0, "Client@0 Client@0", Script(quorum: 2, grace: 8, limit: 30, Ok(3), Ok(4)) with { CancelAt = 0 });

    [Fact]
    public async Task CallThatIgnoresItsCancellation_DoesNotHoldTheStageUp()
    {
        // On the thread pool, as in production.
        var time = new FakeTimeProvider();
        using var client = new CancellationTokenSource();
        using var run = new RunCancellation(time, TimeSpan.FromMinutes(3), client.Token);
        var never = new TaskCompletionSource<int>();
        var stage = StageCollector.CollectAsync(
            [new StageCall<int>(_ => never.Task, _ => true), new StageCall<int>(_ => Task.FromResult(1), _ => true)],
            new StageRule(2, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(60)), time, run);

        await client.CancelAsync();

        var result = await stage.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(StageEnd.RunCancelled, result.End);
        Assert.Equal(CancelReason.Client, result.Calls[0].Cancelled);
        never.SetException(new InvalidOperationException("late"));
    }

    [Fact]
    public async Task RunDeadline_EndsTheStageWithItsReason()
    {
        var time = new FakeTimeProvider();
        using var run = new RunCancellation(time, TimeSpan.FromSeconds(10), CancellationToken.None);
        var stage = StageCollector.CollectAsync(
            [new StageCall<int>(Forever, _ => true)], new StageRule(1, TimeSpan.Zero, TimeSpan.FromSeconds(60)), time, run);

        time.Advance(TimeSpan.FromSeconds(10));

        var result = await stage.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(CancelReason.RunDeadline, Assert.Single(result.Calls).Cancelled);
        run.Cancel(CancelReason.Client);
        Assert.Equal(CancelReason.RunDeadline, run.Reason);

        async Task<int> Forever(CancellationToken token)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, token);
            return 0;
        }
    }

    [Fact]
    public async Task Calls_StartAtOnce()
    {
        using var run = new RunCancellation(TimeProvider.System, TimeSpan.FromMinutes(1), CancellationToken.None);
        using var barrier = new CountdownEvent(5);
        var released = new TaskCompletionSource();
        var call = new StageCall<bool>(
            async _ =>
            {
                barrier.Signal();
                await released.Task;
                return true;
            },
            ok => ok);

        var stage = StageCollector.CollectAsync([.. Enumerable.Repeat(call, 5)], new StageRule(5, TimeSpan.Zero, TimeSpan.FromMinutes(1)), TimeProvider.System, run);
        await Eventually.TrueAsync(() => barrier.IsSet, "all five calls have started");
        released.SetResult();

        Assert.Equal(StageEnd.AllSettled, (await stage).End);
    }

    [Fact]
    public async Task RealTime_EndsAtTheDeadlineAndNotBefore()
    {
        var time = TimeProvider.System;
        using var run = new RunCancellation(time, TimeSpan.FromMinutes(1), CancellationToken.None);
        var limit = TimeSpan.FromMilliseconds(50);
        var start = time.GetTimestamp();

        var result = await StageCollector.CollectAsync(
            [new StageCall<int>(_ => new TaskCompletionSource<int>().Task, _ => true)], new StageRule(1, TimeSpan.Zero, limit), time, run);

        Assert.Equal(StageEnd.Deadline, result.End);
        Assert.True(time.GetElapsedTime(start) >= limit);
    }

    private static ScriptedCall Ok(int at) => new(at, Ending.Ok);

    private static StageScript Script(int quorum, int grace, int limit, params ScriptedCall[] calls) =>
        new() { Calls = calls, Quorum = quorum, Grace = grace, Limit = limit };

    private static void Expect(StageEnd end, int at, string calls, StageScript script)
    {
        var outcome = StagePlayer.Play(script);

        Assert.Equal((end, at, calls), (outcome.End, outcome.At, outcome.Calls));
    }
}
