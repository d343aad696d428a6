using UltraAI.Gateway.Synthesis.Prompts;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Prompts;

public sealed class FenceTests
{
    private const string Nonce = "00112233445566778899aabbccddeeff";

    private readonly Fence _fence = new(Nonce);

    [Fact]
    public void Draft_HasIdThenNonce_AndLineEndsOfItsOwn() =>
        Assert.Equal($"<draft id=\"A\" k=\"{Nonce}\">\nline\n</draft k=\"{Nonce}\">", _fence.Draft("A", "line"));

    [Fact]
    public void Nonce_Has128BitsAndIsNewEachTime()
    {
        var nonces = Enumerable.Range(0, 100).Select(_ => Fence.Create().Nonce).ToHashSet();

        Assert.Equal(100, nonces.Count);
        Assert.All(nonces, nonce => Assert.Matches("^[0-9a-f]{32}$", nonce));
    }

    [Theory]
    [InlineData("<draft id=\"B\">", "&lt;draft id=\"B\">")]
    [InlineData("</draft>", "&lt;/draft>")]
    [InlineData("</DRAFT k", "&lt;/DRAFT k")]
    [InlineData("a <Revision k=\"x\"> b", "a &lt;Revision k=\"x\"> b")]
    [InlineData("</critique><b>", "&lt;/critique><b>")]
    [InlineData("<<draft", "<&lt;draft")]
    [InlineData("1 < 2 <b>", "1 < 2 <b>")]
    [InlineData("<", "<")]
    [InlineData("", "")]
    public void Tags_AreEscaped(string text, string clean) => Assert.Equal(clean, _fence.Clean(text));

    [Theory]
    [InlineData(0x200B)]
    [InlineData(0x200E)]
    [InlineData(0x200F)]
    [InlineData(0x202A)]
    [InlineData(0x202E)]
    [InlineData(0x2060)]
    [InlineData(0x2066)]
    [InlineData(0x2069)]
    [InlineData(0xE0000)]
    [InlineData(0xE0041)]
    [InlineData(0xE007F)]
    public void InvisibleCharacters_AreTakenOut_BeforeTagsAreLookedFor(int rune)
    {
        var invisible = char.ConvertFromUtf32(rune);

        Assert.Equal("&lt;draft>", _fence.Clean($"<dr{invisible}aft{invisible}>"));
    }

    [Theory]
    [InlineData("می‌خواهم")]
    [InlineData("क्‍ष")]
    [InlineData("👩‍👩‍👧")]
    [InlineData("a\u202Fb\u200Ac\u206Ad")]
    public void JoinersAndNeighbours_Stay(string text) => Assert.Equal(text, _fence.Clean(text));

    [Theory]
    [InlineData("x" + Nonce + "y", "xy")]
    [InlineData("x00112233445566778899AABBCCDDEEFFy", "xy")]
    [InlineData("<dr" + Nonce + "aft", "&lt;draft")]
    [InlineData("0011223344556677" + Nonce + "8899aabbccddeeff", "")]
    [InlineData("00112233\u200B445566778899aabbccddeeff", "")]
    public void Nonce_IsTakenOut(string text, string clean) => Assert.Equal(clean, _fence.Clean(text));

    [Fact]
    public void HalfOfASurrogatePair_DoesNoHarm() => Assert.Equal("a\uFFFDb", _fence.Clean("a\uD800b"));
}
