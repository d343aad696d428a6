using System.Text;
using UltraAI.Gateway.Keys;
using Xunit;

namespace UltraAI.Gateway.Tests.Keys;

public sealed class ProviderCredentialTests
{
    private readonly ProviderCredential _credential = new("main", "sk/secret+value=");

    [Fact]
    public void ToString_ShowsNothing() => Assert.Equal("[redacted]", $"{_credential}");

    [Theory]
    [InlineData("key sk/secret+value= is bad", "key [redacted] is bad")]
    [InlineData("?key=sk%2Fsecret%2Bvalue%3D&x", "?key=[redacted]&x")]
    [InlineData("\"sk\\/secret+value=\"", "\"[redacted]\"")]
    [InlineData("\"sk/secret\\u002Bvalue=\"", "\"[redacted]\"")]
    public void Masked_KnowsTheFormsThatAProviderMayQuote(string text, string expected)
    {
        Assert.True(_credential.IsIn(text));
        Assert.True(_credential.IsIn(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(expected, _credential.Masked(text));
        Assert.Equal(expected, Encoding.UTF8.GetString(_credential.Masked(Encoding.UTF8.GetBytes(text))));
    }

    [Fact]
    public void Masked_KeepsBytesOutsideOfAscii()
    {
        byte[] text = [0xC3, 0xA9, 0xFF, .. "sk/secret+value="u8, 0xE9];

        Assert.Equal([0xC3, 0xA9, 0xFF, .. "[redacted]"u8, 0xE9], _credential.Masked(text));
    }
}
