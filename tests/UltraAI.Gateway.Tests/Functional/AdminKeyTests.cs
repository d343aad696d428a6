using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Virtual keys made, shown, changed, rotated and deleted while the gateway runs (CONTRACT §9).</summary>
public sealed class AdminKeyTests
{
    private static readonly string[] Properties =
    [
        "name", "source", "enabled", "providers", "models", "credentials", "endpoints", "allowed_networks", "expires_at", "allow_unmetered_web_sockets",
        "limits", "budget", "created_at", "previous_valid_until", "usage",
    ];

    [Fact]
    public async Task Key_Created_WorksAtOnceAndIsListedWithoutItsSecret()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);

        var created = await admin.PostAsync("/admin/keys", """{"name":"team-a","providers":["openai"],"models":["gpt-4o*"],"limits":{"requests_per_minute":60}}""");

        Assert.Equal(201, created.Status);
        Assert.Equal("application/json", created["Content-Type"]);
        Assert.Equal("/admin/keys/team-a", created["Location"]);
        Assert.NotNull(created["ETag"]);
        var secret = created.Json().GetProperty("key").GetString()!;
        Assert.StartsWith(VirtualKeySecret.DefaultPrefix, secret, StringComparison.Ordinal);
        (await AdminClient.UseAsync(gateway, secret)).AssertPassed();
        (await AdminClient.UseAsync(gateway, secret, "/google/v1beta/models")).AssertError(403, "provider_not_allowed");

        var list = (await admin.GetAsync("/admin/keys")).Json().GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["team-a", "test"], list.Select(key => key.GetProperty("name").GetString()));
        Assert.Equal(["store", "config"], list.Select(key => key.GetProperty("source").GetString()));
        Assert.All(list, key => Assert.Equal(Properties, AdminClient.NamesOf(key)));
        Assert.Equal(60, list[0].GetProperty("limits").GetProperty("requests_per_minute").GetInt32());
        Assert.Equal("gpt-4o*", list[0].GetProperty("models")[0].GetString());
        Assert.DoesNotContain(admin.Answers.Skip(1), answer => answer.Everything.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_Patched_ChangesWhatThePatchNames()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        var secret = await admin.CreateAsync("""{"name":"a","providers":["openai"],"limits":{"requests_per_minute":60,"request_burst":5},"budget":{"usd":12.5,"period":"day"}}""");

        var patched = await admin.PatchAsync("/admin/keys/a", """{"enabled":false,"providers":null,"limits":{"requests_per_minute":10,"request_burst":null}}""");

        Assert.Equal(200, patched.Status);
        var key = patched.Json();
        Assert.False(key.GetProperty("enabled").GetBoolean());
        Assert.Equal(JsonValueKind.Null, key.GetProperty("providers").ValueKind);
        Assert.Equal(10, key.GetProperty("limits").GetProperty("requests_per_minute").GetInt32());
        Assert.Equal(JsonValueKind.Null, key.GetProperty("limits").GetProperty("request_burst").ValueKind);
        Assert.Equal("day", key.GetProperty("budget").GetProperty("period").GetString());
        (await AdminClient.UseAsync(gateway, secret)).AssertError(401, "invalid_key");
        await admin.PatchAsync("/admin/keys/a", """{"enabled":true}""");
        (await AdminClient.UseAsync(gateway, secret)).AssertPassed();
        Assert.Equal(10, gateway.App.Services.GetRequiredService<IVirtualKeySource>().VirtualKeys.Find(secret)!.Limits!.RequestsPerMinute);
    }

    [Fact]
    public async Task Key_RotatedWithGrace_WorksUnderBothSecretsUntilTheGraceIsOver()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        var first = await admin.CreateAsync("""{"name":"a"}""");

        var rotated = await admin.PostAsync("/admin/keys/a/rotate", """{"grace":"00:00:02"}""");

        var second = rotated.Json().GetProperty("key").GetString()!;
        Assert.NotEqual(first, second);
        Assert.Equal(JsonValueKind.String, rotated.Json().GetProperty("previous_valid_until").ValueKind);
        (await AdminClient.UseAsync(gateway, first)).AssertPassed();
        (await AdminClient.UseAsync(gateway, second)).AssertPassed();
        await Eventually.TrueAsync(async () => (await AdminClient.UseAsync(gateway, first)).ErrorCode == "invalid_key", "the old secret has ended");
        (await AdminClient.UseAsync(gateway, second)).AssertPassed();
        Assert.Equal(JsonValueKind.Null, (await admin.GetAsync("/admin/keys/a")).Json().GetProperty("previous_valid_until").ValueKind);
    }

    [Fact]
    public async Task KeyRotatedAgainWithinItsGrace_KeepsWhatEachRotationHasPromised()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        var secrets = new List<string> { await admin.CreateAsync("""{"name":"a"}""") };
        async Task<RawResponse> RotateAsync(string grace) => await admin.PostAsync("/admin/keys/a/rotate", $$"""{"grace":"{{grace}}"}""");

        for (var i = 0; i < 8; i++)
        {
            secrets.Add((await RotateAsync(i == 1 ? "00:00:02" : "24:00:00")).Json().GetProperty("key").GetString()!);
        }

        (await RotateAsync("24:00:00")).AssertError(409, "invalid_request");
        await Eventually.TrueAsync(async () => (await AdminClient.UseAsync(gateway, secrets[1])).ErrorCode == "invalid_key", "the second secret has ended");
        foreach (var secret in secrets.Where(secret => secret != secrets[1]))
        {
            (await AdminClient.UseAsync(gateway, secret)).AssertPassed();
        }

        var last = (await RotateAsync("00:00:00")).Json().GetProperty("key").GetString()!;
        foreach (var secret in secrets)
        {
            (await AdminClient.UseAsync(gateway, secret)).AssertError(401, "invalid_key");
        }

        (await AdminClient.UseAsync(gateway, last)).AssertPassed();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"grace":"00:00:00"}""")]
    [InlineData("")]
    public async Task Key_RotatedWithoutGrace_EndsTheOldSecretAtOnce(string body)
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        var first = await admin.CreateAsync("""{"name":"a"}""");

        var second = (await admin.PostAsync("/admin/keys/a/rotate", body)).Json().GetProperty("key").GetString()!;

        (await AdminClient.UseAsync(gateway, first)).AssertError(401, "invalid_key");
        (await AdminClient.UseAsync(gateway, second)).AssertPassed();
    }

    [Fact]
    public async Task Key_Deleted_IsRefusedAtOnceAndGone()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        var secret = await admin.CreateAsync("""{"name":"a"}""");

        var deleted = await admin.DeleteAsync("/admin/keys/a");

        Assert.Equal(204, deleted.Status);
        (await AdminClient.UseAsync(gateway, secret)).AssertError(401, "invalid_key");
        AdminClient.AssertProblem(await admin.GetAsync("/admin/keys/a"), 404);
        AdminClient.AssertProblem(await admin.DeleteAsync("/admin/keys/a"), 404);
        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/a", "{}"), 404);
        AdminClient.AssertProblem(await admin.PostAsync("/admin/keys/a/rotate", "{}"), 404);
    }

    [Fact]
    public async Task Key_OfTheConfiguration_IsShownAndReadOnly()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);

        var key = await admin.GetAsync("/admin/keys/test");

        Assert.Equal("config", key.Json().GetProperty("source").GetString());
        Assert.Equal(JsonValueKind.Null, key.Json().GetProperty("created_at").ValueKind);
        Assert.False(key.Has("ETag"));
        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/test", """{"enabled":false}"""), 409);
        AdminClient.AssertProblem(await admin.DeleteAsync("/admin/keys/test"), 409);
        AdminClient.AssertProblem(await admin.PostAsync("/admin/keys/test/rotate", "{}"), 409);
        AdminClient.AssertProblem(await admin.PostAsync("/admin/keys", """{"name":"test"}"""), 400, "#/name");
        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
    }

    [Fact]
    public async Task Change_OfAnotherRevision_Is412()
    {
        await using var gateway = await StartAsync();
        var admin = new AdminClient(gateway);
        var created = await admin.PostAsync("/admin/keys", """{"name":"a"}""");
        var old = created["ETag"]!;
        var changed = await admin.PatchAsync("/admin/keys/a", """{"enabled":false}""", $"If-Match: {old}");
        Assert.Equal(200, changed.Status);
        Assert.NotEqual(old, changed["ETag"]);

        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/a", """{"enabled":true}""", $"If-Match: {old}"), 412);
        AdminClient.AssertProblem(await admin.PatchAsync("/admin/keys/a", """{"enabled":true}""", $"If-Match: W/{changed["ETag"]}"), 412);
        AdminClient.AssertProblem(await admin.DeleteAsync("/admin/keys/a", $"If-Match: {old}"), 412);
        AdminClient.AssertProblem(await admin.PostAsync("/admin/keys/a/rotate", "{}", $"If-Match: {old}"), 412);
        AdminClient.AssertProblem(await admin.DeleteAsync("/admin/keys/a", "If-Match: nonsense"), 400);

        var read = await admin.GetAsync("/admin/keys/a");
        Assert.Equal(changed["ETag"], read["ETag"]);
        Assert.Equal(200, (await admin.PatchAsync("/admin/keys/a", """{"enabled":true}""", $"If-Match: {old}, {read["ETag"]}")).Status);
        Assert.Equal(204, (await admin.DeleteAsync("/admin/keys/a", "If-Match: *")).Status);
    }

    [Fact]
    public async Task Patches_AtTheSameTime_AllCount()
    {
        var store = new MemoryVirtualKeyStore();
        await using var gateway = await StartAsync(services => services.AddSingleton<IVirtualKeyStore>(store));
        var admin = new AdminClient(gateway);
        await admin.CreateAsync("""{"name":"a"}""");
        var other = 0;
        store.BeforeWrite = () =>
        {
            if (Interlocked.Increment(ref other) == 1)
            {
                // Another instance is quicker, once.
                var current = store.GetAsync("a", default).Result!;
                store.PutAsync(current with { Settings = """{"enabled":false,"allow_unmetered_web_sockets":false}""" }, current.Revision, default).Wait();
            }
        };

        var patched = await admin.PatchAsync("/admin/keys/a", """{"models":["m"]}""");

        Assert.Equal(200, patched.Status);
        Assert.False(patched.Json().GetProperty("enabled").GetBoolean());
        Assert.Equal("m", patched.Json().GetProperty("models")[0].GetString());
    }

    [Fact]
    public async Task Use_AndBudget_AreShownInDollars()
    {
        var usage = new FixedUsage
        {
            // The ledger is read in two: of long ago, and of yesterday and today.
            Rows = [new UsageRow("a", null, null, null, new UsageTotals { Requests = 3, InputTokens = 20, OutputTokens = 7, CostNanoUsd = 1_234_567_891 })],
        };
        var budgets = new FixedBudgets { State = new BudgetState(50_000_000, 1, new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)) };
        await using var gateway = await StartAsync(services => services.AddSingleton<IUsageStore>(usage).AddSingleton<IBudgets>(budgets));
        var admin = new AdminClient(gateway);
        await admin.CreateAsync("""{"name":"a","budget":{"usd":50}}""");

        var key = await admin.GetAsync("/admin/keys/a");

        Assert.Contains("""budget":{"usd":50,"period":"month","spent_usd":0.05,"resets_at":"2026-12-01T00:00:00Z"}""", key.BodyText, StringComparison.Ordinal);
        Assert.Contains("""usage":{"requests":6,"input_tokens":40,"output_tokens":14,"cost_usd":2.469135782}""", key.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_Gone_StillShowsTheKeyThatWasMade()
    {
        await using var gateway = await StartAsync(services => services.AddSingleton<IUsageStore>(new FixedUsage { IsGone = true }));
        var admin = new AdminClient(gateway);

        var secret = await admin.CreateAsync("""{"name":"a"}""");

        (await AdminClient.UseAsync(gateway, secret)).AssertPassed();
        Assert.Equal(JsonValueKind.Null, admin.Answers[^1].Json().GetProperty("usage").ValueKind);
    }

    [Fact]
    public async Task Store_Gone_Is503AndKeysInForceStayInForce()
    {
        var store = new MemoryVirtualKeyStore();
        await using var gateway = await StartAsync(services => services.AddSingleton<IVirtualKeyStore>(store));
        var admin = new AdminClient(gateway);
        var secret = await admin.CreateAsync("""{"name":"a"}""");

        store.IsGone = true;
        store.Signal();

        var refused = await admin.PostAsync("/admin/keys", """{"name":"b"}""");
        AdminClient.AssertProblem(refused, 503);
        Assert.NotNull(refused["Retry-After"]);
        Assert.Equal("store_unavailable", refused.ErrorCode);
        AdminClient.AssertProblem(await admin.GetAsync("/admin/keys"), 503);
        (await AdminClient.UseAsync(gateway, secret)).AssertPassed();
    }

    [Fact]
    public async Task Gateway_WithoutAnyConfiguredKey_StartsWithAnAdminToken()
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true, Configure = c => c["VirtualKeys"]!.AsArray().Clear() });
        var admin = new AdminClient(gateway);

        Assert.Equal(0, (await admin.GetAsync("/admin/keys")).Json().GetProperty("data").GetArrayLength());
        (await AdminClient.UseAsync(gateway, await admin.CreateAsync("""{"name":"first"}"""))).AssertPassed();
    }

    private static Task<GatewayEnvironment> StartAsync(Action<IServiceCollection>? services = null) =>
        GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true, Services = services });
}
