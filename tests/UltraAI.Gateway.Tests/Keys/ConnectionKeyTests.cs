using UltraAI.Gateway.Keys;
using Xunit;

namespace UltraAI.Gateway.Tests.Keys;

public sealed class ConnectionKeyTests
{
    private readonly ConnectionKey _connection = new();

    [Fact]
    public void Find_TheSameKeyAgain_IsFoundWithoutTheTable()
    {
        var table = Table(("vk-first", "first"));
        var first = _connection.Find(table, "vk-first");

        Assert.Equal("first", first!.Name);
        Assert.Same(first, _connection.Find(table, new string("vk-first".ToCharArray())));
    }

    [Fact]
    public void Find_AnotherKey_IsLookedUp()
    {
        var table = Table(("vk-first", "first"), ("vk-other", "other"));

        Assert.Equal("first", _connection.Find(table, "vk-first")!.Name);
        Assert.Equal("other", _connection.Find(table, "vk-other")!.Name);
        Assert.Equal("first", _connection.Find(table, "vk-first")!.Name);
    }

    [Theory]
    [InlineData("vk-firsu")]
    [InlineData("vk-firs")]
    [InlineData("vk-first1")]
    [InlineData("VK-FIRST")]
    [InlineData("")]
    public void Find_WhatIsNotTheWholeKey_IsNotFound(string presented)
    {
        var table = Table(("vk-first", "first"));
        _connection.Find(table, "vk-first");

        Assert.Null(_connection.Find(table, presented));
    }

    [Fact]
    public void TextOf_TheSameKeyAgain_IsTheTextThatIsKnown()
    {
        var known = new string("vk-first".ToCharArray());
        _connection.Find(Table(("vk-first", "first")), known);

        Assert.Same(known, _connection.TextOf("vk-first"));
        Assert.Equal("vk-firsu", _connection.TextOf("vk-firsu"));
        Assert.Equal("vk-first1", _connection.TextOf("vk-first1"));
        Assert.Equal("", _connection.TextOf(""));
    }

    [Theory]
    [InlineData("vk-1234567", "vk-\u0131234567")] // the same in the low byte of each character
    [InlineData("vk-\u0131234567", "vk-1234567")]
    [InlineData("vk-\u0131234567", "vk-\u0132234567")]
    public void TextOf_LettersOfOtherScripts_AreTheirOwn(string known, string presented)
    {
        _connection.Find(Table((known, "first")), known);

        Assert.Same(known, _connection.TextOf(new string(known.ToCharArray())));
        Assert.Equal(presented, _connection.TextOf(presented));
        Assert.Null(_connection.Find(Table((known, "first")), presented));
    }

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(4000)]
    public void TextOf_KeysOfAnyLength_AreComparedToTheEnd(int length)
    {
        var known = new string('k', length);
        _connection.Find(Table((known, "first")), known);

        Assert.Same(known, _connection.TextOf(new string('k', length)));
        Assert.Equal(new string('k', length - 1) + "l", _connection.TextOf(new string('k', length - 1) + "l"));
    }

    [Fact]
    public void Find_OnceTheTableIsAnother_IsLookedUpThere()
    {
        _connection.Find(Table(("vk-first", "first")), "vk-first");

        Assert.Null(_connection.Find(Table(("vk-other", "other")), "vk-first"));
        Assert.Equal("renamed", _connection.Find(Table(("vk-first", "renamed")), "vk-first")!.Name);
    }

    [Fact]
    public void ToString_TellsNoKey()
    {
        _connection.Find(Table(("vk-first", "first")), "vk-first");

        Assert.DoesNotContain("vk-first", _connection.ToString(), StringComparison.Ordinal);
    }

    private static VirtualKeyTable Table(params (string Text, string Name)[] keys) =>
        new(keys.ToDictionary(key => KeyDigest.Of(key.Text), key => new VirtualKey { Name = key.Name }));
}
