using UltraAI.Gateway.Telemetry.Hot;
using Xunit;

namespace UltraAI.Gateway.Tests.Telemetry;

public sealed class TaggedSeriesTests
{
    private readonly TaggedSeries<object> _series = new(static () => new object());

    [Fact]
    public void Of_TheSameTagsInAnotherOrder_IsTheSame()
    {
        var one = _series.Of([new("a", 1), new("b", "x")]);

        Assert.Same(one, _series.Of([new("b", "x"), new("a", 1)]));
        Assert.Same(one, _series.Of([new("b", new string(['x'])), new("a", 1)]));
        Assert.Equal(["a", "b"], Assert.Single(_series.All).Tags.Select(tag => tag.Key));
    }

    [Fact]
    public void Of_OtherTags_IsAnother()
    {
        var one = _series.Of([new("a", 1)]);

        Assert.NotSame(one, _series.Of([new("a", 2)]));
        Assert.NotSame(one, _series.Of([new("b", 1)]));
        Assert.NotSame(one, _series.Of([new("a", 1), new("b", 1)]));
        Assert.NotSame(one, _series.Of([]));
        Assert.Equal(5, _series.All.Count);
    }
}
