using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers;

public sealed class EndpointPatternTests
{
    [Theory]
    [InlineData("POST /v1/chat/completions", "POST", "/v1/chat/completions", true)]
    [InlineData("POST /v1/chat/completions", "GET", "/v1/chat/completions", false)]
    [InlineData("POST /v1/chat/completions", "POST", "/v1/chat/completions/x", false)]
    [InlineData("* /v1/models/*", "GET", "/v1/models/gpt-4o", true)]
    [InlineData("* /v1/models/*", "GET", "/v1/models", false)]
    [InlineData("* /v1/models/*", "GET", "/v1/models/a/b", false)]
    [InlineData("GET /v1/models/gpt-*", "GET", "/v1/models/gpt-4o-mini", true)]
    [InlineData("GET /v1/models/gpt-*", "GET", "/v1/models/o3", false)]
    [InlineData("* /v1/files/**", "DELETE", "/v1/files", true)]
    [InlineData("* /v1/files/**", "DELETE", "/v1/files/a/b/c", true)]
    [InlineData("* /v1/files/**", "DELETE", "/v1/filesystem", false)]
    [InlineData("* /**/content", "GET", "/v1/files/abc/content", true)]
    [InlineData("* /**/content", "GET", "/content", true)]
    [InlineData("* /**/content", "GET", "/v1/files/abc", false)]
    [InlineData("* /**", "GET", "/", true)]
    [InlineData("* /a/**/b", "GET", "/a/b", true)]
    [InlineData("* /a/**/b", "GET", "/a/b/b/b", true)]
    [InlineData("* /a/**/b", "GET", "/a", false)]
    [InlineData("* /a/**/b/**", "GET", "/a/b", true)]
    [InlineData("* /a/**/b/*/c/**", "GET", "/a/b/b/x/c/d/e", true)]
    [InlineData("* /**/b/**/b/c", "GET", "/b/b/c/b/c", true)]
    [InlineData("* /**/b/**/b/c", "GET", "/b/c/b/c/b", false)]
    [InlineData("POST /v1beta/models/*:generateContent", "POST", "/v1beta/models/gemini-2.5-pro:generateContent", true)]
    public void Matches_FollowsTheGlob(string pattern, string method, string path, bool expected)
    {
        Assert.Equal(expected, EndpointPattern.Parse(pattern).Matches(method, path));
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("GET v1/models")]
    [InlineData("get /v1/models")]
    [InlineData("GET /v1/models?x=1")]
    [InlineData("GET /v1/a**")]
    [InlineData("GET /**/a/**/b/**")]
    public void TryParse_NotAPattern_SaysWhy(string text)
    {
        Assert.False(EndpointPattern.TryParse(text, out _, out var error));
        Assert.Contains(text, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Matches_LongPathAgainstManyStars_EndsSoon()
    {
        var pattern = EndpointPattern.Parse("GET /**/x/**/" + string.Concat(Enumerable.Repeat("*a", 20)));

        Assert.False(pattern.Matches("GET", string.Concat(Enumerable.Repeat("/x", 500)) + "/" + new string('a', 200) + "b"));
    }

    // The stack is large, so that a match that goes deep is late and does not end the test's process.
    [Theory]
    [InlineData("GET /**/x/**/y")]
    [InlineData("GET /**/x/**/x/y")]
    [InlineData("GET /**/y")]
    public void Matches_VeryLongPath_EndsSoon(string pattern)
    {
        var path = string.Concat(Enumerable.Repeat("/x", 30_000));
        var matches = true;
        var thread = new Thread(() => matches = EndpointPattern.Parse(pattern).Matches("GET", path), maxStackSize: 256 * 1024 * 1024) { IsBackground = true };
        thread.Start();

        Assert.True(thread.Join(Deadlines.Step));
        Assert.False(matches);
    }
}
