using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

public sealed class CallClockTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    private readonly FakeTimeProvider _time = new();
    private int _expirations;

    [Fact]
    public void Silence_EndsAtExactlyTheLimit()
    {
        var clock = Start();

        _time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Assert.False(clock.Token.IsCancellationRequested);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(clock.Token.IsCancellationRequested);
        Assert.True(clock.HasExpired);
        Assert.Equal(1, _expirations);
    }

    [Fact]
    public void ByteJustBefore_StartsAgain()
    {
        var clock = Start();
        _time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        clock.Restart();

        _time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Assert.False(clock.Token.IsCancellationRequested);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(clock.HasExpired);
    }

    [Fact]
    public void ByteEverySecond_LivesForHours()
    {
        var clock = Start();

        for (var second = 0; second < 10_000; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            clock.Restart();
        }

        Assert.False(clock.Token.IsCancellationRequested);
    }

    [Fact]
    public void OtherLimit_CountsFromNow()
    {
        var clock = Start();
        _time.Advance(TimeSpan.FromSeconds(44));
        clock.Restart(TimeSpan.FromMinutes(10));

        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.False(clock.HasExpired);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(clock.HasExpired);
    }

    [Fact]
    public void Cancel_IsNoExpiry()
    {
        var clock = Start();

        clock.Cancel();

        Assert.True(clock.Token.IsCancellationRequested);
        Assert.False(clock.HasExpired);
        Assert.Equal(0, _expirations);
    }

    [Fact]
    public void Stopped_NeitherExpiresNorCancels()
    {
        var clock = Start();
        clock.Stop();

        _time.Advance(Limit * 2);
        clock.Cancel();

        Assert.False(clock.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task NextCall_OnTheSameTimer_HasAllOfItsTime()
    {
        // The system's time, whose timers are used again: each is still set for the call before.
        var limit = TimeSpan.FromMilliseconds(300);
        for (var i = 0; i < 50; i++)
        {
            var earlier = new CallClock(TimeProvider.System, () => _expirations++);
            earlier.Start(i % 2 == 0 ? limit : TimeSpan.FromMinutes(10));
            await Task.Delay(4, TestContext.Current.CancellationToken);
            earlier.Stop();
        }

        var clock = new CallClock(TimeProvider.System, () => _expirations++);
        var start = Stopwatch.GetTimestamp();
        clock.Start(limit);
        await Task.Delay(TimeSpan.FromSeconds(10), clock.Token).ContinueWith(static _ => { }, TaskScheduler.Default);

        Assert.True(clock.HasExpired);
        Assert.Equal(1, _expirations);
        Assert.InRange(Stopwatch.GetElapsedTime(start), limit, TimeSpan.FromSeconds(5));
    }

    private CallClock Start()
    {
        var clock = new CallClock(_time, () => _expirations++);
        clock.Start(Limit);
        return clock;
    }
}
