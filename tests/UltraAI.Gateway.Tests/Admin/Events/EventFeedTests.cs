using System.Text;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Admin.Events;
using UltraAI.Gateway.Forwarding;
using Xunit;

namespace UltraAI.Gateway.Tests.Admin.Events;

public sealed class EventFeedTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Frames _frames = new();
    private readonly DrainState _drain = new();
    private readonly EventFeed _feed;

    public EventFeedTests() => _feed = new EventFeed(_frames, _drain, _time);

    public void Dispose() => _feed.Dispose();

    [Fact]
    public void Frames_AreMadeOnlyWhileSomebodyListens()
    {
        Pass(seconds: 5);
        Assert.Equal((0, 0), (_frames.Made, _frames.Restarts));

        using (_feed.TryListen())
        {
            Pass(seconds: 3);
        }

        Assert.Equal((4, 1), (_frames.Made, _frames.Restarts)); // the first at once
        Pass(seconds: 5);
        Assert.Equal(4, _frames.Made);
    }

    [Fact]
    public void Frame_IsMadeOnceForAll()
    {
        using var one = _feed.TryListen()!;
        using var other = _feed.TryListen()!;
        Pass(seconds: 1);

        Assert.Equal(2, _frames.Made);
        Assert.Equal(("2", "2"), (Newest(one), Newest(other)));
    }

    [Fact]
    public void Listeners_TooMany_AreRefusedUntilOneLeaves()
    {
        var listeners = Enumerable.Range(0, EventFeed.MaxListeners).Select(_ => _feed.TryListen()!).ToList();

        Assert.Null(_feed.TryListen());
        listeners[0].Dispose();
        Assert.NotNull(_feed.TryListen());
    }

    [Fact]
    public void SlowListener_GetsTheNewestFrameAlone()
    {
        using var slow = _feed.TryListen()!;
        Pass(seconds: 5);

        Assert.Equal("6", Newest(slow));
        Assert.False(slow.Frames.TryRead(out _));
        Assert.False(slow.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task ListenerThatTakesNothing_IsLetGo()
    {
        using var slow = _feed.TryListen()!;
        using var quick = _feed.TryListen()!;
        var lost = new TaskCompletionSource();
        await using var registration = slow.Lost.Register(() => lost.TrySetResult());
        for (var second = 0; second <= EventFeed.MaxMissed; second++)
        {
            Pass(seconds: 1);
            Newest(quick);
            quick.Took();
        }

        await lost.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.False(quick.Lost.IsCancellationRequested);
    }

    [Fact]
    public void Drain_EndsAllAndTakesNobodyNew()
    {
        using var listener = _feed.TryListen()!;
        Pass(seconds: 1);
        Newest(listener);

        _drain.Drain();
        Pass(seconds: 1);

        Assert.True(listener.Frames.Completion.IsCompletedSuccessfully);
        Assert.Null(_feed.TryListen());
        Assert.Equal(0, _feed.Count);
    }

    private static string Newest(EventFeed.Listener listener) => listener.Frames.TryRead(out var frame) ? Encoding.UTF8.GetString(frame.Span) : "none";

    private void Pass(int seconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(1)); // a timer that is due at once
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private sealed class Frames : IEventFrames
    {
        public int Made { get; private set; }

        public int Restarts { get; private set; }

        public void Restart() => Restarts++;

        public ReadOnlyMemory<byte> Next() => Encoding.UTF8.GetBytes($"{++Made}");
    }
}
