using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

public sealed class RedisSignalTests
{
    [Fact]
    public async Task Wait_ThatIsOver_LeavesNothingBehind()
    {
        var time = new CountingTime();
        var signal = new RedisSignal(time);
        using var end = new CancellationTokenSource();

        for (var i = 0; i < 10; i++)
        {
            var waiting = signal.WaitAsync(TimeSpan.FromHours(1), end.Token);
            Assert.False(waiting.IsCompleted);
            signal.Set();
            await waiting.WaitAsync(Deadlines.Step);
        }

        await Eventually.TrueAsync(() => time.Timers == 0, "no timer is left");
    }

    [Fact]
    public async Task Wait_EndsWithItsTime()
    {
        var time = new FakeTimeProvider();
        var signal = new RedisSignal(time);
        var waiting = signal.WaitAsync(TimeSpan.FromSeconds(1), default);

        time.Advance(TimeSpan.FromSeconds(1));

        await waiting.WaitAsync(Deadlines.Step);
    }

    [Fact]
    public async Task Wait_EndsWhenCancelled()
    {
        using var end = new CancellationTokenSource();
        var waiting = new RedisSignal(TimeProvider.System).WaitAsync(Timeout.InfiniteTimeSpan, end.Token);

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Deadlines.Step));
    }

    private sealed class CountingTime : TimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            return new CountedTimer(this, base.CreateTimer(callback, state, dueTime, period));
        }

        private sealed class CountedTimer(CountingTime owner, ITimer timer) : ITimer
        {
            private int _isDisposed;

            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                {
                    Interlocked.Decrement(ref owner._timers);
                }

                timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
