using System.IO.Compression;
using System.Text;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>How the dashboard's files are served (CONTRACT §9).</summary>
public sealed class DashboardPageTests
{
    [Theory]
    [InlineData("GET", "/dashboard")]
    [InlineData("GET", "/dashboard/")]
    [InlineData("GET", "/dashboard/index.html")]
    [InlineData("GET", "/dashboard/session")]
    [InlineData("POST", "/dashboard/session")]
    [InlineData("POST", "/dashboard/ultra?key=test")]
    [InlineData("GET", "/dashboard/ultra/presets?key=test")]
    public async Task Token_NotConfigured_Is404(string method, string target)
    {
        await using var gateway = await GatewayEnvironment.StartAsync();

        (await gateway.SendAsync(Request.Send(method, target, [AdminClient.Token]))).AssertError(404, "not_found");

        Assert.Contains(gateway.Logs.Lines, line => line.Contains("dashboard", StringComparison.Ordinal) && line.Contains("Gateway:Admin:TokenEnv", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FirstPage_IsThere_WithoutSigningIn_AndLocked()
    {
        await using var gateway = await StartAsync();

        var page = await GetAsync(gateway, "/dashboard/");

        Assert.Equal(200, page.Status);
        Assert.Equal("text/html; charset=utf-8", page["Content-Type"]);
        Assert.StartsWith("<!doctype html>", page.BodyText, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(page.BodyText, (await GetAsync(gateway, "/dashboard/index.html")).BodyText);
        AssertLocked(page);
    }

    [Fact]
    public async Task Everything_UnderDashboard_IsLocked()
    {
        await using var gateway = await StartAsync();

        AssertLocked(await GetAsync(gateway, "/dashboard"));
        AssertLocked(await GetAsync(gateway, "/dashboard/nothing.js"));
        AssertLocked(await GetAsync(gateway, "/dashboard/session"));
        AssertLocked(await DashboardClient.TrySignInAsync(gateway));
        AssertLocked(await gateway.SendAsync(Request.Send("POST", "/dashboard/ultra", [])));
    }

    [Fact]
    public async Task Address_WithoutItsSlash_LeadsToIt()
    {
        await using var gateway = await StartAsync();

        var answer = await GetAsync(gateway, "/dashboard");

        Assert.Equal(308, answer.Status);
        Assert.Equal("/dashboard/", answer["Location"]);
    }

    [Fact]
    public async Task File_IsAskedAboutEachTime_AndSentOnce()
    {
        await using var gateway = await StartAsync();
        var page = await GetAsync(gateway, "/dashboard/");

        var again = await GetAsync(gateway, "/dashboard/", $"If-None-Match: \"x\", {page["ETag"]}");
        var other = await GetAsync(gateway, "/dashboard/", "If-None-Match: \"x\"");
        var head = await gateway.SendAsync(Request.Send("HEAD", "/dashboard/", []));

        Assert.Equal("no-cache", page["Cache-Control"]);
        Assert.Equal(304, again.Status);
        Assert.Equal(page["ETag"], again["ETag"]);
        Assert.Empty(again.Body);
        Assert.Equal(200, other.Status);
        Assert.Equal((200, page["Content-Length"], page["ETag"]), (head.Status, head["Content-Length"], head["ETag"]));
    }

    [Fact]
    public async Task File_ForABrowserThatTakesGzip_IsCompressed()
    {
        await using var gateway = await StartAsync();
        var plain = await GetAsync(gateway, "/dashboard/");
        if (plain.Body.Length < 512)
        {
            // Hardly a page yet.
            return;
        }

        var packed = await GetAsync(gateway, "/dashboard/", "Accept-Encoding: gzip, deflate, br");

        Assert.Equal("gzip", packed["Content-Encoding"]);
        Assert.Equal("Accept-Encoding", packed["Vary"]);
        Assert.NotEqual(plain["ETag"], packed["ETag"]);
        Assert.True(packed.Body.Length < plain.Body.Length);
        using var unpacked = new StreamReader(new GZipStream(new MemoryStream(packed.Body), CompressionMode.Decompress), Encoding.UTF8);
        Assert.Equal(plain.BodyText, await unpacked.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(304, (await GetAsync(gateway, "/dashboard/", "Accept-Encoding: gzip", $"If-None-Match: {packed["ETag"]}")).Status);
    }

    [Theory]
    [InlineData("/dashboard/nothing.js", 404)]
    [InlineData("/dashboard/../admin/keys", 404)]
    [InlineData("/dashboard/%2e%2e/%2e%2e/gateway.json", 404)]
    [InlineData("/dashboard//index.html", 404)]
    [InlineData("/dashboard/keys", 200)]
    public async Task Path_ThatIsNoFile_IsThePageOrNothing(string target, int status)
    {
        await using var gateway = await StartAsync();

        Assert.Equal(status, (await GetAsync(gateway, target)).Status);
    }

    [Fact]
    public async Task OtherMethods_AreRefused()
    {
        await using var gateway = await StartAsync();

        var answer = await gateway.SendAsync(Request.Send("POST", "/dashboard/", [], ""));

        Assert.Equal(405, answer.Status);
        Assert.Equal("GET", answer["Allow"]);
    }

    private static void AssertLocked(RawResponse answer)
    {
        Assert.Contains("default-src 'self'", answer["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", answer["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", answer["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("nosniff", answer["X-Content-Type-Options"]);
        Assert.Equal("no-referrer", answer["Referrer-Policy"]);
    }

    private static Task<RawResponse> GetAsync(GatewayEnvironment gateway, string target, params string[] fields) => gateway.SendAsync(Request.Send("GET", target, fields));

    private static Task<GatewayEnvironment> StartAsync() => GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true });
}
