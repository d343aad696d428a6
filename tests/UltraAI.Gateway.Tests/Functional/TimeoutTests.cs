using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The one inactivity clock, set to two seconds (CONTRACT §4, §5).</summary>
public sealed class TimeoutTests(TimeoutScenarios scenarios) : IClassFixture<TimeoutScenarios>
{
    [Theory]
    [InlineData("silent-connect")]
    [InlineData("queue")]
    public async Task Silence_BeforeTheRequestWasSent_Is504(string scenario)
    {
        var ending = await scenarios.EndingOfAsync(scenario);

        AssertInTime(ending);
        ending.Response!.AssertError(504, "upstream_timeout");
        ErrorShape.Assert("openai", ending.Response);
    }

    [Theory]
    [InlineData("silent-response")]
    [InlineData("silent-handshake")]
    public async Task Silence_AfterTheRequestWasSent_Is504ThatIsNotToBeRetried(string scenario)
    {
        var ending = await scenarios.EndingOfAsync(scenario);

        AssertInTime(ending);
        ending.Response!.AssertError(504, "upstream_timeout");
        ErrorShape.Assert("openai", ending.Response);
        Assert.Equal("false", ending.Response["x-should-retry"]);
        Assert.Contains("Gateway:Transport:Timeout", ending.Response.BodyText, StringComparison.Ordinal);
        Assert.Contains("stream", ending.Response.BodyText, StringComparison.OrdinalIgnoreCase);
        await AssertCutOffAsync(scenario);
    }

    [Fact]
    public async Task Provider_ThatStopsReading_EndsTheCall()
    {
        var ending = await scenarios.EndingOfAsync("silent-upload");

        AssertInTime(ending);
        Assert.True(ending.Response?.ErrorCode == "upstream_timeout" || ending.IsBroken, ending.Response?.Everything);
        await AssertCutOffAsync("silent-upload");
    }

    [Fact]
    public async Task Client_ThatStopsSending_Is408()
    {
        var ending = await scenarios.EndingOfAsync("stalled-upload");

        AssertInTime(ending);
        ending.Response!.AssertError(408, "client_timeout");
        ErrorShape.Assert("openai", ending.Response);
        await AssertCutOffAsync("stalled-upload");
    }

    [Theory]
    [InlineData("stalled-head")]
    [InlineData("stalled-stream")]
    public async Task Stall_OnceTheResponseHasBegun_BreaksTheTransfer(string scenario)
    {
        var ending = await scenarios.EndingOfAsync(scenario);

        AssertInTime(ending);
        Assert.True(ending.IsBroken);
        ending.Response!.AssertPassed();
        await AssertCutOffAsync(scenario);
    }

    [Fact]
    public async Task Stall_WithinAnErrorBody_EndsTheCall()
    {
        var ending = await scenarios.EndingOfAsync("stalled-error");

        AssertInTime(ending);
        Assert.True(ending.IsBroken || ending.Response!.ErrorCode == "upstream_timeout", ending.Response?.Everything);
        await AssertCutOffAsync("stalled-error");
    }

    [Fact]
    public async Task Client_ThatStopsReading_EndsTheCall()
    {
        var ending = await scenarios.EndingOfAsync("slow-reader");

        AssertInTime(ending);
        ending.Response!.AssertPassed();
        Assert.True(ending.IsBroken);
    }

    [Fact]
    public async Task Stream_WithAByteNowAndThen_Lives()
    {
        var ending = await scenarios.EndingOfAsync("living-stream");

        Assert.False(ending.IsBroken);
        Assert.Equal(".........", ending.Response!.BodyText);
    }

    [Fact]
    public async Task Upload_WithSomeBytesNowAndThen_Lives()
    {
        var ending = await scenarios.EndingOfAsync("living-upload");

        Assert.False(ending.IsBroken);
        ending.Response!.AssertPassed();
        Assert.Equal(90_000, scenarios.UpstreamOf("living-upload").Request.Body.Length);
    }

    [Fact]
    public async Task Call_LongerThanTheClockButNeverSilentForSoLong_Lives()
    {
        var ending = await scenarios.EndingOfAsync("slow-but-living");

        Assert.False(ending.IsBroken);
        Assert.Equal("ok", ending.Response!.BodyText);
    }

    [Fact]
    public async Task WebSocket_IdleAfterItsHandshake_OutlivesTheClock()
    {
        var ending = await scenarios.EndingOfAsync("idle-websocket");

        Assert.Equal(101, ending.Response!.Status);
        Assert.Equal("still here", ending.Response.BodyText);
    }

    [Theory]
    [InlineData("silent-connect", "timeout", 1)]
    [InlineData("silent-response", "timeout", 1)]
    [InlineData("stalled-stream", "timeout", 1)]
    [InlineData("stalled-upload", "client_timeout", 0)]
    [InlineData("slow-reader", "client_timeout", 0)]
    public async Task Ending_IsCountedAgainstTheOneWhoCausedIt(string scenario, string outcome, int upstreamTimeouts)
    {
        await scenarios.EndingOfAsync(scenario);
        var measurements = scenarios.Gateway.Measurements;
        var provider = $"provider={scenario}";

        await Eventually.TrueAsync(() => measurements.Sum("ultraai.requests", provider) > 0, "the call is counted");

        Assert.Equal(1, measurements.Sum("ultraai.requests", provider, $"outcome={outcome}"));
        Assert.Equal(1, measurements.Sum("ultraai.requests", provider));
        Assert.Equal(upstreamTimeouts, measurements.Sum("ultraai.upstream.timeouts", provider));
    }

    private static void AssertInTime(Ending ending) => Assert.InRange(ending.Elapsed.TotalSeconds, 1.9, 4.5);

    private Task AssertCutOffAsync(string scenario) =>
        Eventually.TrueAsync(() => scenarios.UpstreamOf(scenario).OpenConnections == 0, "the provider's connection is closed");
}
