using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What the admin API refuses, and how it says so (CONTRACT §9).</summary>
public sealed class AdminFaultTests
{
    [Theory]
    [InlineData("""{"name":"a","colour":"red"}""", "#/colour")]
    [InlineData("""{"name":"a","Enabled":true}""", "#/Enabled")]
    [InlineData("""{"name":"a","a/b~c":null}""", "#/a~1b~0c")]
    [InlineData("""{"name":"a","value":"x"}""", "#/value")]
    [InlineData("""{"name":"a","key":"x","source":"store","usage":{},"created_at":"x"}""", "#/key", "#/source", "#/usage", "#/created_at")]
    [InlineData("""{}""", "#/name")]
    [InlineData("""{"name":"A"}""", "#/name")]
    [InlineData("""{"name":"a\n"}""", "#/name")]
    [InlineData("""{"name":""}""", "#/name")]
    [InlineData("""{"name":"test"}""", "#/name")]
    [InlineData("""{"name":"taken"}""", "#/name")]
    [InlineData("""{"name":["a"],"enabled":"yes","providers":"openai","models":[1],"expires_at":17,"limits":[],"budget":"much"}""",
        "#/name", "#/enabled", "#/providers", "#/models/0", "#/expires_at", "#/limits", "#/budget")]
    [InlineData("""{"name":"a","providers":["openai","nobody",null]}""", "#/providers/1", "#/providers/2")]
    [InlineData("""{"name":"a","models":["gpt-4o*","","a b"]}""", "#/models/1", "#/models/2")]
    [InlineData("""{"name":"a","endpoints":["GET /v1/models","get /x","POST x","* /a**"]}""", "#/endpoints/1", "#/endpoints/2", "#/endpoints/3")]
    [InlineData("""{"name":"a","allowed_networks":["10.0.0.0/8","10.0.0.0/33","here"]}""", "#/allowed_networks/1", "#/allowed_networks/2")]
    [InlineData("""{"name":"a","expires_at":"2027-01-01"}""", "#/expires_at")]
    [InlineData("""{"name":"a","expires_at":"2027-01-01T00:00:00"}""", "#/expires_at")]
    [InlineData("""{"name":"a","limits":{"requests_per_minute":0,"token_burst":5,"max_concurrent":3000000000}}""",
        "#/limits/requests_per_minute", "#/limits/token_burst", "#/limits/max_concurrent")]
    [InlineData("""{"name":"a","limits":{"requests_per_minute":1.5,"per_hour":1}}""", "#/limits/requests_per_minute", "#/limits/per_hour", "#/limits")]
    [InlineData("""{"name":"a","limits":{}}""", "#/limits")]
    [InlineData("""{"name":"a","budget":{}}""", "#/budget/usd")]
    [InlineData("""{"name":"a","budget":{"usd":-1,"period":"Week","spent_usd":0}}""", "#/budget/usd", "#/budget/period", "#/budget/spent_usd")]
    [InlineData("""{"name":"a","budget":{"usd":0.0000000001,"period":1}}""", "#/budget/usd", "#/budget/period")]
    public async Task Body_WithFaults_Is400ThatNamesEachAtOnce(string body, params string[] places)
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        await admin.CreateAsync("""{"name":"taken"}""");

        var answer = await admin.PostAsync("/admin/keys", body);

        AdminClient.AssertProblem(answer, 400, places);
        Assert.Equal("invalid_request", answer.ErrorCode);
        Assert.Equal(2, (await admin.GetAsync("/admin/keys")).Json().GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task KeyOfWhatIsGone_CanStillBeChanged_ButNotGivenMoreThatIsNotThere()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true, Configure = c => c.WithCredentials("one") });
        var admin = new AdminClient(gateway);
        await admin.CreateAsync("""{"name":"a","providers":["openai","huggingface"]}""");
        await admin.CreateAsync("""{"name":"b","providers":["openai"],"credentials":["one"]}""");
        gateway.ChangeConfiguration(c =>
        {
            c.WithCredentials("two");
            c["Providers"]!.AsObject().Remove("huggingface");
        });
        await Eventually.TrueAsync(async () => (await gateway.GetAsync("/huggingface/v1/models")).ErrorCode == "not_found", "the provider is gone");

        foreach (var name in (string[])["a", "b"])
        {
            var changed = await admin.PatchAsync($"/admin/keys/{name}", """{"enabled":false}""");
            changed.AssertPassed();
            Assert.False(changed.Json().GetProperty("enabled").GetBoolean());
        }

        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/a", """{"providers":["huggingface","nobody"]}"""), 400, "#/providers/1");
        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/b", """{"credentials":["one","nobody"]}"""), 400, "#/credentials/1");
    }

    [Theory]
    [InlineData("""{"colour":null}""", "#/colour")]
    [InlineData("""{"limits":{"per_hour":null}}""", "#/limits/per_hour", "#/limits")]
    [InlineData("""{"name":"b"}""", "#/name")]
    [InlineData("""{"limits":{"request_burst":5}}""", "#/limits/request_burst", "#/limits")]
    [InlineData("""{"limits":{"requests_per_minute":null}}""", "#/limits")]
    [InlineData("""{"limits":7}""", "#/limits")]
    public async Task Patch_WithFaults_Is400AndChangesNothing(string patch, params string[] places)
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        await admin.CreateAsync("""{"name":"a"}""");
        if (patch.Contains("_minute", StringComparison.Ordinal))
        {
            await admin.PatchAsync("/admin/keys/a", """{"limits":{"requests_per_minute":5}}""");
        }

        var before = await admin.GetAsync("/admin/keys/a");

        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/a", patch), 400, places);

        Assert.Equal(before["ETag"], (await admin.GetAsync("/admin/keys/a"))["ETag"]);
    }

    [Fact]
    public async Task Patch_ThatChangesNothing_KeepsTheRevision()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        await admin.CreateAsync("""{"name":"a","models":["m"]}""");
        var tag = admin.Answers[^1]["ETag"];

        var answer = await admin.PatchAsync("/admin/keys/a", """{"name":"a","enabled":true,"models":["m"],"budget":null}""");

        Assert.Equal(tag, answer["ETag"]);
        Assert.DoesNotContain(gateway.Logs.Lines, line => line.Contains("was changed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"grace":"25"}""", "#/grace")]
    [InlineData("""{"grace":24}""", "#/grace")]
    [InlineData("""{"grace":"721:00:00"}""", "#/grace")]
    [InlineData("""{"grace":"-01:00:00"}""", "#/grace")]
    [InlineData("""{"after":"01:00:00"}""", "#/after")]
    public async Task Rotation_WithFaults_Is400AndTheKeyStays(string body, string place)
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        var secret = await admin.CreateAsync("""{"name":"a"}""");

        AdminClient.AssertProblem(await admin.PostAsync("/admin/keys/a/rotate", body), 400, place);

        (await AdminClient.UseAsync(gateway, secret)).AssertPassed();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"a\"")]
    [InlineData("""{"name":"a","name":"b"}""")]
    [InlineData("""{"name":"a","limits":{"max_concurrent":1,"max_concurrent":2}}""")]
    [InlineData("""{"name":"a"} x""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"name":"a","models":["\ud800"]}""")]
    [InlineData("""{"\ud800":1,"name":"a"}""")]
    [InlineData("""{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":{"name":1}}}}}}}}}}}}}}}}}""")]
    public async Task Body_NotAnObject_Is400(string body)
    {
        await using var gateway = await StartAsync();

        AdminClient.AssertProblem(await new AdminClient(gateway).PostAsync("/admin/keys", body), 400);
    }

    [Theory]
    [InlineData("Content-Type: text/plain")]
    [InlineData("Content-Type: application/json; charset=utf-16")]
    [InlineData("Content-Type: application/json", "Content-Encoding: gzip")]
    [InlineData("X: y")]
    public async Task Body_OfAnotherType_Is415(params string[] fields)
    {
        await using var gateway = await StartAsync();

        AdminClient.AssertProblem(await new AdminClient(gateway).SendAsync("POST", "/admin/keys", """{"name":"a"}""", fields), 415);
    }

    [Fact]
    public async Task Body_TooLong_Is413ByLengthAndByCount()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        var body = "{\"name\":\"" + new string('a', 64 * 1024) + "\"}";
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Send("POST", "/admin/keys", [AdminClient.Token, "Content-Type: application/json", "Transfer-Encoding: chunked"])
            + $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n");

        AdminClient.AssertProblem(await client.ReadResponseAsync(), 413);
        AdminClient.AssertProblem(await admin.SendAsync("POST", "/admin/keys", null, "Content-Type: application/json", "Content-Length: 1000000"), 413);
    }

    [Theory]
    [InlineData("PUT", "/admin/keys", 405, "GET, POST")]
    [InlineData("POST", "/admin/keys/test", 405, "GET, PATCH, DELETE")]
    [InlineData("GET", "/admin/keys/test/rotate", 405, "POST")]
    [InlineData("OPTIONS", "/admin/usage", 405, "GET")]
    [InlineData("GET", "/admin", 404, null)]
    [InlineData("GET", "/admin/", 404, null)]
    [InlineData("GET", "/admin/nothing/here", 404, null)]
    [InlineData("GET", "/admin/keys/nobody", 404, null)]
    [InlineData("GET", "/admin/keys/%2e%2e", 404, null)]
    public async Task Path_OrMethodUnknown_IsSaid(string method, string target, int status, string? allow)
    {
        await using var gateway = await StartAsync();

        var answer = await new AdminClient(gateway).SendAsync(method, target);

        AdminClient.AssertProblem(answer, status);
        Assert.Equal(allow, answer["Allow"]);
    }

    [Fact]
    public async Task Settings_OfANewerVersion_AreNotInForceAndNotOverwritten()
    {
        var store = new MemoryVirtualKeyStore();
        var secret = VirtualKeySecret.New();
        await store.PutAsync(
            new StoredVirtualKey { Name = "newer", Digest = KeyDigest.Of(secret), Settings = """{"only_on_mondays":true}""", CreatedAt = DateTimeOffset.UnixEpoch }, 0, default);
        await using var gateway = await StartAsync(store);
        var admin = new AdminClient(gateway);

        (await AdminClient.UseAsync(gateway, secret)).AssertError(401, "invalid_key");
        Assert.False((await admin.GetAsync("/admin/keys/newer")).Json().GetProperty("enabled").GetBoolean());
        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/newer", """{"enabled":true}"""), 409);
        Assert.Equal(204, (await admin.DeleteAsync("/admin/keys/newer")).Status);
    }

    [Fact]
    public async Task Fault_OfTheGatewaysOwn_Is500WithoutItsText()
    {
        var store = new MemoryVirtualKeyStore { BeforeWrite = () => throw new InvalidOperationException("inner-detail") };
        await using var gateway = await StartAsync(store);

        var answer = await new AdminClient(gateway).PostAsync("/admin/keys", """{"name":"a"}""");

        AdminClient.AssertProblem(answer, 500);
        Assert.DoesNotContain("inner-detail", answer.Everything, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.String, answer.Json().GetProperty("detail").ValueKind);
    }

    private static Task<GatewayEnvironment> StartAsync(IVirtualKeyStore? store = null) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        HasAdminToken = true,
        Services = services => services.AddSingleton(store ?? new MemoryVirtualKeyStore()),
    });
}
