using UltraAI.Gateway.Synthesis.Prompts;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Prompts;

public sealed class PromptTemplateTests
{
    [Fact]
    public void Places_AreFilled() =>
        Assert.Equal("1 and 2, 1", new PromptTemplate("t", "{{a}} and {{b_c}}, {{a}}", "a", "b_c").Fill(("a", "1"), ("b_c", "2")));

    [Fact]
    public void WhatStandsInAValue_IsNoPlace() =>
        Assert.Equal("{{b}} x", new PromptTemplate("t", "{{a}} {{b}}", "a", "b").Fill(("a", "{{b}}"), ("b", "x")));

    [Theory]
    [InlineData("{{a}} {{typo}}", "nothing fills the place 'typo'")]
    [InlineData("nothing", "the text has no place 'a'")]
    [InlineData("{{a}} {{ }}", "is not a place")]
    [InlineData("{{a}} {{open", "is not a place")]
    [InlineData("{{a}} {{A}}", "is not a place")]
    public void TextThatDoesNotFit_IsRefusedWhenRead(string text, string message)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => new PromptTemplate("review", text, "a"));

        Assert.Contains("'review'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnfilledPlace_IsRefused() =>
        Assert.Contains("'b' is not filled", Assert.Throws<InvalidOperationException>(
            () => new PromptTemplate("t", "{{a}}{{b}}", "a", "b").Fill(("a", "1"))).Message, StringComparison.Ordinal);

    [Fact]
    public void ValueWithoutPlace_IsRefused() =>
        Assert.Contains("no place 'c'", Assert.Throws<InvalidOperationException>(
            () => new PromptTemplate("t", "{{a}}", "a").Fill(("a", "1"), ("c", "2"))).Message, StringComparison.Ordinal);
}
