using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

public sealed class CallCountsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    private readonly CallCounts _counts = new();

    [Fact]
    public void Last_BeforeAMinuteIsOver_IsAllThereWas()
    {
        _counts.Ended(CallOutcome.Ok, Long, null);
        Pass(seconds: 30);
        _counts.Ended(CallOutcome.Cut, null, null);

        Assert.Equal((1, 1), (_counts.Last(60).Of(CallOutcome.Ok), _counts.Last(60).Of(CallOutcome.Cut)));
        Assert.Equal((0, 1), (_counts.Last(10).Of(CallOutcome.Ok), _counts.Last(10).Of(CallOutcome.Cut)));
    }

    [Fact]
    public void Last_ForgetsWhatIsOlder_SinceStartDoesNot()
    {
        _counts.Ended(CallOutcome.Ok, Long, Long);
        _counts.Waited(Long);
        Pass(seconds: 61);

        Assert.Equal(0, _counts.Last(60).Of(CallOutcome.Ok));
        Assert.Null(_counts.Last(60).Latency(0.5));
        Assert.Null(_counts.Last(60).FirstChunk(0.5));
        Assert.Null(_counts.Last(60).Wait(0.5));
        Assert.Equal((1, 1), (_counts.SinceStart(CallOutcome.Ok), _counts.SinceStart()));
    }

    [Fact]
    public void Last_ManyTimesAround_IsRight()
    {
        for (var second = 0; second < 500; second++)
        {
            _counts.Ended(CallOutcome.Ok, TimeSpan.FromMilliseconds(second), null);
            _counts.Ended(CallOutcome.ProviderError, null, null);
            Pass(seconds: 1);
        }

        Assert.Equal((60, 10), (_counts.Last(60).Of(CallOutcome.Ok), _counts.Last(10).Of(CallOutcome.ProviderError)));
        Assert.InRange(_counts.Last(10).Latency(0.5)!.Value, 440, 540);
        Assert.Equal(1000, _counts.SinceStart());
    }

    [Fact]
    public async Task Calls_FromManyThreads_AreAllCounted()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                _counts.Ended(CallOutcome.Ok, Long, null);
                if (i % 1000 == 0)
                {
                    _counts.Copy();
                }
            }
        })));

        Assert.Equal(40_000, _counts.SinceStart(CallOutcome.Ok));
    }

    private void Pass(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _counts.Copy();
        }
    }
}
