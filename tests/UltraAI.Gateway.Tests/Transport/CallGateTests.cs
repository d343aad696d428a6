using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

public sealed class CallGateTests
{
    [Fact]
    public async Task Places_AreGivenInOrder()
    {
        var gate = new CallGate(new CallLimits(1, 3));
        await gate.TryEnter(0, default)!.Value;
        var order = new List<int>();
        var waiting = Enumerable.Range(0, 3).Select(async number =>
        {
            await gate.TryEnter(0, default)!.Value;
            lock (order)
            {
                order.Add(number);
            }

            gate.Leave(0);
        }).ToArray();

        Assert.Equal(3, gate.Waiting);
        gate.Leave(0);
        await Task.WhenAll(waiting);

        Assert.Equal([0, 1, 2], order);
        Assert.Equal(0, gate.Running);
    }

    [Fact]
    public async Task FullQueue_RefusesAtOnce()
    {
        var gate = new CallGate(new CallLimits(1, 1));
        await gate.TryEnter(0, default)!.Value;
        var waiting = gate.TryEnter(0, default)!.Value.AsTask();

        Assert.Null(gate.TryEnter(0, default));

        gate.Leave(0);
        await waiting;
    }

    [Fact]
    public async Task CancelledWaiter_LeavesTheQueueAndTakesNoPlace()
    {
        var gate = new CallGate(new CallLimits(1, 2));
        await gate.TryEnter(0, default)!.Value;
        using var cancellation = new CancellationTokenSource();
        var cancelled = gate.TryEnter(0, cancellation.Token)!.Value.AsTask();
        var next = gate.TryEnter(0, default)!.Value.AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(1, gate.Waiting);

        gate.Leave(0);
        await next;
        Assert.Equal(1, gate.Running);
    }

    [Fact]
    public async Task Resize_LetsMoreIn()
    {
        var gate = new CallGate(new CallLimits(1, 5));
        await gate.TryEnter(0, default)!.Value;
        var waiting = gate.TryEnter(0, default)!.Value.AsTask();

        gate.Resize(new CallLimits(2, 5));
        await waiting;

        Assert.Equal(2, gate.Running);
    }

    [Fact]
    public async Task RacingEntersLeavesAndCancels_NeverExceedTheLimitAndEndAtZero()
    {
        var gate = new CallGate(new CallLimits(4, 1000));
        var running = 0;
        var most = 0;

        await Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 200; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var entering = gate.TryEnter(0, cancellation.Token)!.Value.AsTask();
                if (random.Next(3) == 0)
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    await entering;
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await Task.Yield();
                Interlocked.Decrement(ref running);
                gate.Leave(0);
            }
        })));

        Assert.InRange(most, 1, 4);
        Assert.Equal(0, gate.Running);
        Assert.Equal(0, gate.Waiting);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
