using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Functional.Ultra;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>What is still under way when its key is revoked (CONTRACT §9).</summary>
public sealed class RevokedKeyTests
{
    [Theory]
    [InlineData("DELETE", null)]
    [InlineData("PATCH", """{"enabled":false}""")]
    public async Task WebSocket_IsBrokenOff_AndNoOtherKeys(string method, string? change)
    {
        await using var gateway = await GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true });
        gateway.OpenAI.Handler = async exchange =>
        {
            await WebSocketHandshake.AcceptAsync(exchange);
            await exchange.PeerClosed; // the provider never closes
        };
        var admin = new AdminClient(gateway);
        await using var revoked = await OpenAsync(gateway, await admin.CreateAsync("""{"name":"revoked"}"""));
        await using var other = await OpenAsync(gateway, await admin.CreateAsync("""{"name":"other"}"""));

        var answer = await admin.SendAsync(method, "/admin/keys/revoked", change, "Content-Type: application/merge-patch+json");

        Assert.True(answer.Status is 200 or 204, answer.Everything);
        await revoked.AssertClosedAsync();
        await Eventually.TrueAsync(() => gateway.OpenAI.OpenConnections == 1, "its connection to the provider is closed too");
    }

    [Fact]
    public async Task Run_IsBrokenOff()
    {
        const string AdminToken = "admin-token-of-the-tests-0123456789";
        using var token = new TemporaryFile(AdminToken);
        await using var environment = await UltraEnvironment.StartAsync(preset => preset["GraceMs"] = 600_000, gateway => gateway["Admin"] = new JsonObject { ["TokenFile"] = token.Path });
        environment.Members[0].Script(UltraEnvironment.IsDraft, SimulatedBehaviour.Hang);
        environment.ScriptUsualRun();
        using var client = new HttpClient { BaseAddress = new Uri(environment.Address) };
        using var made = await SendAsync(client, HttpMethod.Post, "/admin/keys", AdminToken, """{"name":"revoked"}""");
        var secret = (string)JsonNode.Parse(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["key"]!;
        var run = SendAsync(client, HttpMethod.Post, "/ultra/v1/chat/completions", secret, UltraEnvironment.Body());
        var hanging = await environment.Members[0].WaitForRequestAsync(UltraEnvironment.IsDraft);

        using var deleted = await SendAsync(client, HttpMethod.Delete, "/admin/keys/revoked", AdminToken, null);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await hanging.Aborted.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
        using var answer = await run;
        Assert.Equal("run_cancelled", answer.Headers.GetValues("x-ultraai-error").Single());
    }

    private static async Task<RawClient> OpenAsync(GatewayEnvironment gateway, string key)
    {
        var client = await gateway.ConnectAsync();
        await client.SendAsync(WebSocketHandshake.Request("/openai/v1/realtime?model=gpt-realtime", $"Authorization: Bearer {key}"));
        Assert.Equal(101, (await client.ReadHeadAsync()).Status);
        return client;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string target, string token, string? body)
    {
        using var request = new HttpRequestMessage(method, target) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
