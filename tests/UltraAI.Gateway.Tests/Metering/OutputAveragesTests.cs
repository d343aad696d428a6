using UltraAI.Gateway.Metering;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>The usual output of a key and model.</summary>
public sealed class OutputAveragesTests
{
    [Fact]
    public void Find_UnknownPair_IsNull()
    {
        var averages = new OutputAverages();
        averages.Add("team-a", "gpt-4o", 100);

        Assert.Null(averages.Find("team-a", "gpt-4o-mini"));
        Assert.Null(averages.Find("team-b", "gpt-4o"));
    }

    [Fact]
    public void Find_AfterManyCalls_FollowsThem()
    {
        var averages = new OutputAverages();
        averages.Add("team-a", "gpt-4o", 1000);
        Assert.Equal(1000, averages.Find("team-a", "gpt-4o"));
        averages.Add("team-a", "gpt-4o", 200);
        Assert.Equal(900, averages.Find("team-a", "gpt-4o"));
        for (var i = 0; i < 60; i++)
        {
            averages.Add("team-a", "gpt-4o", 200);
        }

        Assert.InRange(averages.Find("team-a", "gpt-4o")!.Value, 200, 202);
    }

    [Fact]
    public void Table_WhenFull_ForgetsWhatIsNotUsed()
    {
        var averages = new OutputAverages(mostPairs: 10);
        for (var i = 0; i < 100; i++)
        {
            averages.Add("kept", "gpt-4o", 500);
            averages.Add("key", $"model-{i}", i);
        }

        Assert.Equal(500, averages.Find("kept", "gpt-4o"));
        Assert.InRange(Enumerable.Range(0, 100).Count(i => averages.Find("key", $"model-{i}") is not null), 1, 20);
    }

    [Fact]
    public async Task Add_FromManyThreads_LosesNothingOfTheBound()
    {
        var averages = new OutputAverages(mostPairs: 50);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                averages.Add("key", $"model-{(i * 7 + thread) % 200}", 300);
                averages.Add("key", "busy", 300);
            }
        }, TestContext.Current.CancellationToken)));

        Assert.Equal(300, averages.Find("key", "busy"));
        Assert.InRange(Enumerable.Range(0, 200).Count(i => averages.Find("key", $"model-{i}") is not null), 1, 100);
    }
}
