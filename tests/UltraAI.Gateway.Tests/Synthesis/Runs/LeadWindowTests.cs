using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Synthesis.Runs;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Runs;

public sealed class LeadWindowTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void WithoutContent_ItIsOverAtItsLimit()
    {
        using var window = new LeadWindow(_time, Limit, CancellationToken.None);

        _time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Assert.False(window.IsOver || window.Token.IsCancellationRequested);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(window.IsOver && window.Token.IsCancellationRequested);
        Assert.False(window.ContentBegins());
    }

    [Fact]
    public void ContentThatHasBegun_MayGoOn_ButNoFurtherLeadBegins()
    {
        using var window = new LeadWindow(_time, Limit, CancellationToken.None);

        Assert.True(window.ContentBegins());
        _time.Advance(Limit);
        Assert.False(window.Token.IsCancellationRequested);
        window.LeadFailed();

        Assert.True(window.IsOver);
    }

    [Fact]
    public void LeadAfterOneThatHadBegun_HasTheRestOfTheTime()
    {
        using var window = new LeadWindow(_time, Limit, CancellationToken.None);

        window.ContentBegins();
        _time.Advance(TimeSpan.FromSeconds(20));
        window.LeadFailed();
        Assert.False(window.IsOver);
        Assert.Equal(TimeSpan.FromSeconds(40), window.Left);
        _time.Advance(TimeSpan.FromSeconds(40));

        Assert.True(window.Token.IsCancellationRequested);
    }

    [Fact]
    public void TimerThatFiresAfterTheEnd_DoesNoHarm()
    {
        var time = new LateTimers();
        var window = new LeadWindow(time, Limit, CancellationToken.None);
        window.Dispose();

        time.Fire();
    }

    /// <summary>Timers that were on their way when they were disposed of.</summary>
    private sealed class LateTimers : TimeProvider
    {
        private Action? _callback;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = () => callback(state);
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Fire() => _callback!();
    }
}
