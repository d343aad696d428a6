using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Admission;

/// <summary>Which request lines are remembered, and for whom.</summary>
public sealed class RequestLinesTests
{
    private const string Chat = "/openai/v1/chat/completions";

    private readonly RequestLines _lines = new();
    private readonly Provider _provider = Make();

    [Fact]
    public void Of_BeforeItIsKept_IsReadAnew() =>
        Assert.NotSame(_lines.Of(_provider, "POST", Chat), _lines.Of(_provider, "POST", Chat));

    [Fact]
    public void Of_WhatWasKept_IsTheSame()
    {
        var line = Kept(Chat);

        Assert.Same(line, _lines.Of(_provider, "POST", new string(Chat)));
        Assert.Equal("/v1/chat/completions", line.Target);
    }

    [Theory]
    [InlineData("GET", Chat)]
    [InlineData("PUSH", Chat)]
    [InlineData("POST", "/openai/v1/chat/completionz")]
    public void Of_AnotherMethodOrTarget_IsNotWhatWasKept(string method, string target)
    {
        Kept(Chat);

        var line = _lines.Of(_provider, method, target);

        Assert.Equal(method, line.Method);
        Assert.Equal(target["/openai".Length..], line.Target);
    }

    [Fact]
    public void Of_TheProviderOfAnotherConfiguration_IsReadAnew()
    {
        var line = Kept(Chat);
        var next = Make();

        Assert.Same(next, _lines.Of(next, "POST", Chat).Provider);
        Assert.NotSame(line, _lines.Of(next, "POST", Chat));
    }

    [Fact]
    public void Keep_ATargetWithAQuery_DoesNot()
    {
        var target = Chat + "?key=vk-0123456789";

        Assert.NotSame(Kept(target), _lines.Of(_provider, "POST", target));
    }

    [Fact]
    public void Keep_ALongTarget_DoesNot()
    {
        var target = "/openai/v1/" + new string('x', 300);

        Assert.NotSame(Kept(target), _lines.Of(_provider, "POST", target));
    }

    private static Provider Make() => new("openai", ProviderKinds.OpenAI, ["https://api.openai.test"], []);

    private RequestLine Kept(string target)
    {
        var line = _lines.Of(_provider, "POST", target);
        _lines.Keep(target, line);
        return line;
    }
}
