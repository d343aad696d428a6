using System.Text;
using UltraAI.Gateway.Forwarding;
using Xunit;

namespace UltraAI.Gateway.Tests.Forwarding;

public sealed class JsonLinksTests
{
    [Theory]
    [InlineData("""{ "id":"b1", "results_url" : "http://up/v1/x?a=1&b" , "n":1.0 }""", """{ "id":"b1", "results_url" : "http://gw/up/v1/x?a=1&b" , "n":1.0 }""")]
    [InlineData("""{"data":[{"results_url":null},{"results_url":"http://up/2"}]}""", """{"data":[{"results_url":null},{"results_url":"http://gw/up/2"}]}""")]
    [InlineData("""{"results_url":"http:\/\/up\/2"}""", """{"results_url":"http://gw/up/2"}""")]
    public void Rewrite_ChangesTheValueAlone(string json, string expected) => Assert.Equal(expected, Rewrite(json));

    [Theory]
    [InlineData("""{"results_url":"http://elsewhere/2","x":"http://up/1"}""")]
    [InlineData("""{"text":"\"results_url\":\"http://up/1\""}""")]
    [InlineData("""{"results_url":"http://up/1" """)]
    [InlineData("not json")]
    public void Rewrite_NothingToChange_IsNull(string json) => Assert.Null(Rewrite(json));

    private static string? Rewrite(string json)
    {
        var result = JsonLinks.Rewrite(
            Encoding.UTF8.GetBytes(json),
            "results_url",
            url => url.StartsWith("http://up/", StringComparison.Ordinal) ? "http://gw/up/" + url["http://up/".Length..] : null);
        return result is null ? null : Encoding.UTF8.GetString(result);
    }
}
