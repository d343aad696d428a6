using System.Globalization;
using System.Text;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The real credential never comes back (CONTRACT §3).</summary>
public sealed class LeakGuardTests
{
    private static readonly string Credential = GatewayEnvironment.CredentialOf("openai");

    [Theory]
    [InlineData(200)]
    [InlineData(302)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task Field_WithTheCredential_IsMaskedWhateverTheStatus(int status)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync(
            $"{status} X",
            "{}",
            "X-Echo: Bearer " + Credential,
            "X-Within: a" + Credential + "b" + Credential,
            "Set-Cookie: key=" + Credential,
            "Location: https://elsewhere.test/?key=" + Credential,
            "Content-Language: " + Credential,
            "X-Other: stays");

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(status);
        Assert.DoesNotContain(Credential, response.Everything, StringComparison.Ordinal);
        Assert.Equal("stays", response["X-Other"]);
    }

    [Fact]
    public async Task Reason_WithTheCredential_IsMasked()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync($"403 No {Credential} here", "{}");

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(403);
        Assert.DoesNotContain(Credential, response.Everything, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "identity", false)]
    [InlineData(403, "identity", true)]
    [InlineData(404, "gzip", false)]
    [InlineData(429, "gzip", true)]
    [InlineData(500, "br", false)]
    [InlineData(503, "br", true)]
    [InlineData(599, "deflate", false)]
    public async Task ErrorBody_WithTheCredential_IsMasked(int status, string coding, bool isChunked)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var text = $$$"""{"error":{"message":"Bad key {{{Credential}}}, yes {{{Credential}}}","type":"x","param":null,"code":null}}""";
        gateway.OpenAI.Handler = exchange => RespondAsync(exchange, status, coding, isChunked, Coding.Encode(coding, text));

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(status);
        var decoded = Coding.Decode(response);
        Assert.DoesNotContain(Credential, decoded, StringComparison.Ordinal);
        Assert.DoesNotContain(Credential, response.Everything, StringComparison.Ordinal);
        Assert.StartsWith("""{"error":{"message":"Bad key """, decoded, StringComparison.Ordinal);
        Assert.EndsWith(""","type":"x","param":null,"code":null}}""", decoded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorBody_WithTheCredentialCutIntoChunks_IsMasked()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = async exchange =>
        {
            await exchange.WriteAsync("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n");
            foreach (var letter in $"before {Credential} after")
            {
                await exchange.WriteChunkAsync(letter.ToString());
            }

            await exchange.WriteLastChunkAsync();
        };

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(500);
        Assert.DoesNotContain(Credential, response.BodyText, StringComparison.Ordinal);
        Assert.StartsWith("before ", response.BodyText, StringComparison.Ordinal);
        Assert.EndsWith(" after", response.BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500_000)]
    [InlineData(1_000_000)]
    public async Task ErrorBody_LongerThanIsSearched_HasNoCredentialInWhatIs(int position)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var text = new string('a', position) + Credential + new string('z', 1_500_000);
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("500 X", text);

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(500);
        Assert.DoesNotContain(Credential, response.BodyText, StringComparison.Ordinal);
        Assert.EndsWith(new string('z', 1_500_000), response.BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity", false)]
    [InlineData("identity", true)]
    [InlineData("gzip", false)]
    [InlineData("gzip", true)]
    [InlineData("br", false)]
    public async Task ErrorBody_WithoutTheCredential_PassesByteForByte(string coding, bool isChunked)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var body = Coding.Encode(coding, """{"error":"nothing of ours: canary-credential-openai"}""");
        gateway.OpenAI.Handler = exchange => RespondAsync(exchange, 400, coding, isChunked, body);

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(400);
        Assert.Equal(body, response.Body);
        Assert.Equal(coding == "identity" ? null : coding, response["Content-Encoding"]);
        Assert.Equal(isChunked ? null : body.Length.ToString(CultureInfo.InvariantCulture), response["Content-Length"]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    public async Task ErrorBody_ThatCannotBeSearched_IsWithheldButItsStatusPasses(string coding)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        byte[] body = [.. Enumerable.Range(0, 2_000).Select(i => (byte)(i * 7)), .. Encoding.UTF8.GetBytes(Credential)];
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("529 Overloaded", body, "Content-Encoding: " + coding, "Retry-After: 7");

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(529);
        Assert.Equal("7", response["Retry-After"]);
        Assert.DoesNotContain(Credential, response.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorBody_LargeWithoutTheCredential_PassesByteForByte()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        byte[] body = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 31))];
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("500 X", body);

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(500);
        Assert.True(body.AsSpan().SequenceEqual(response.Body));
    }

    [Fact]
    public async Task ErrorBody_ThatGrowsBeyondMeasureWhenDecoded_PassesOrIsWithheld()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        var bomb = Coding.Encode("gzip", new string('a', 50_000_000));
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("500 X", bomb, "Content-Encoding: gzip");

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed(500);
        Assert.True(response.Body.Length <= bomb.Length, $"{response.Body.Length} bytes came out of {bomb.Length}");
    }

    [Fact]
    public async Task SuccessBody_IsNotSearched()
    {
        await using var gateway = await GatewayEnvironment.StartAsync();
        gateway.OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", "echo " + Credential);

        var response = await gateway.GetAsync("/openai/v1/x");

        response.AssertPassed();
        Assert.Equal("echo " + Credential, response.BodyText);
    }

    private static async Task RespondAsync(RawExchange exchange, int status, string coding, bool isChunked, byte[] body)
    {
        var field = coding == "identity" ? "X-Plain: 1" : "Content-Encoding: " + coding;
        if (!isChunked)
        {
            await exchange.RespondAsync($"{status} X", body, "Content-Type: application/json", field);
            return;
        }

        await exchange.WriteAsync($"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{field}\r\nTransfer-Encoding: chunked\r\n\r\n");
        foreach (var piece in body.Chunk(7))
        {
            await exchange.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"), .. piece, .. "\r\n"u8]);
        }

        await exchange.WriteLastChunkAsync();
    }
}
