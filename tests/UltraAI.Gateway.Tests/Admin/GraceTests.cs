using UltraAI.Gateway.Admin;
using Xunit;

namespace UltraAI.Gateway.Tests.Admin;

public sealed class GraceTests
{
    [Theory]
    [InlineData("24:00:00", 86400)]
    [InlineData("00:00:01", 1)]
    [InlineData("1:30:00", 5400)]
    [InlineData("720:00:00", 2592000)]
    public void Text_OfHoursMinutesSeconds_IsThatTime(string text, int seconds)
    {
        Assert.True(Grace.TryParse(text, out var grace));
        Assert.Equal(TimeSpan.FromSeconds(seconds), grace);
    }

    [Theory]
    [InlineData("")]
    [InlineData("24")]
    [InlineData("24:00")]
    [InlineData("24:60:00")]
    [InlineData("24:00:60")]
    [InlineData("24:0:0")]
    [InlineData("-1:00:00")]
    [InlineData("1.00:00:00")]
    [InlineData(" 1:00:00")]
    [InlineData("1:00:00:00")]
    public void Text_OfAnotherForm_IsRefused(string text) => Assert.False(Grace.TryParse(text, out _));
}
