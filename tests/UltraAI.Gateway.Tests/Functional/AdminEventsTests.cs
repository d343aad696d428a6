using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Admin.Events;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary><c>GET /admin/events</c> (CONTRACT §9).</summary>
public sealed class AdminEventsTests
{
    [Fact]
    public async Task Frames_TellWhatGoesOn()
    {
        await using var gateway = await StartAsync();
        (await gateway.PostAsync("/openai/v1/chat/completions", """{"model":"m","messages":[]}""")).AssertPassed();
        await using var listener = await ListenAsync(gateway, AdminClient.Token);
        var first = await NextAsync(listener);
        while (first.GetProperty("providers")[3].GetProperty("requests_total").GetProperty("ok").GetInt32() == 0)
        {
            // The call is counted a moment after its client has the answer.
            first = await NextAsync(listener);
        }

        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        JsonElement next;
        do
        {
            next = await NextAsync(listener);
        }
        while (next.GetProperty("providers")[3].GetProperty("requests").GetInt32() == 0);

        Assert.Equal(
            ["at", "instance", "version", "uptime_seconds", "providers", "keys", "ultra", "process", "store"], AdminClient.NamesOf(first));
        var openai = next.GetProperty("providers")[3];
        Assert.Equal(
            ["active_calls", "connections", "cost_usd", "credentials", "destinations", "input_tokens", "kind", "latency_ms", "name", "output_tokens", "requests", "requests_total", "time_to_first_chunk_ms", "wait_ms", "waiting_calls"],
            AdminClient.NamesOf(openai).Order(StringComparer.Ordinal));
        Assert.Equal(("openai", 1, 2), (openai.GetProperty("name").GetString(), openai.GetProperty("requests").GetInt32(), openai.GetProperty("requests_total").GetProperty("ok").GetInt32()));
        var key = Assert.Single(next.GetProperty("keys").EnumerateArray());
        Assert.Equal(("test", 2), (key.GetProperty("name").GetString(), key.GetProperty("requests_total").GetInt32()));
        Assert.Equal(("embedded", true), (next.GetProperty("store").GetProperty("kind").GetString(), next.GetProperty("store").GetProperty("available").GetBoolean()));
        Assert.True(next.GetProperty("process").GetProperty("working_set_bytes").GetInt64() > 0);
        Assert.Equal(0, next.GetProperty("ultra").GetProperty("active_runs").GetInt32());
    }

    [Fact]
    public async Task Listeners_TooMany_Are503_AndLeaveWithTheirConnection()
    {
        await using var gateway = await StartAsync();
        var feed = gateway.App.Services.GetRequiredService<EventFeed>();
        var listeners = new List<RawClient>();
        for (var i = 0; i < EventFeed.MaxListeners; i++)
        {
            listeners.Add(await ListenAsync(gateway, AdminClient.Token));
        }

        var refused = await gateway.SendAsync(Request.Send("GET", "/admin/events", [AdminClient.Token]));
        AdminClient.AssertProblem(refused, 503);
        Assert.Equal("5", refused["Retry-After"]);

        foreach (var listener in listeners)
        {
            listener.Abort();
        }

        await Eventually.TrueAsync(() => feed.Count == 0, "nobody listens any more");
        foreach (var listener in listeners)
        {
            await listener.DisposeAsync();
        }
    }

    [Fact]
    public async Task Stop_EndsTheStreamInOrder()
    {
        await using var gateway = await StartAsync();
        await using var listener = await ListenAsync(gateway, AdminClient.Token);
        await NextAsync(listener);

        var stopping = gateway.App.StopAsync(TestContext.Current.CancellationToken);

        await listener.ReadBodyAsync(); // breaks off by an exception unless it ends cleanly
        await stopping.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task SignOut_EndsTheStream()
    {
        await using var gateway = await StartAsync();
        var client = await DashboardClient.SignInAsync(gateway);
        await using var listener = await ListenAsync(gateway, client.Cookie);
        await NextAsync(listener);

        await client.SendAsync("DELETE", "/dashboard/session");

        await listener.ReadBodyAsync();
        await Eventually.TrueAsync(() => gateway.App.Services.GetRequiredService<EventFeed>().Count == 0, "nobody listens any more");
    }

    [Fact]
    public async Task Listening_IsNoUseOfTheSession()
    {
        await using var gateway = await StartAsync();
        var client = await DashboardClient.SignInAsync(gateway);
        var session = gateway.App.Services.GetRequiredService<AdminSessions>().Find(client.Cookie[(client.Cookie.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        await using var listener = await ListenAsync(gateway, client.Cookie);
        var used = session!.UsedAt;

        await NextAsync(listener);
        await NextAsync(listener);

        Assert.Equal(used, session.UsedAt);
    }

    [Fact]
    public async Task Strangers_HearNothing()
    {
        await using var gateway = await StartAsync();

        (await gateway.SendAsync(Request.Send("GET", "/admin/events", []))).AssertError(401, "invalid_key");
        Assert.Equal(200, (await gateway.SendAsync(Request.Send("HEAD", "/admin/events", [AdminClient.Token]))).Status);
    }

    private static async Task<RawClient> ListenAsync(GatewayEnvironment gateway, string field)
    {
        var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Send("GET", "/admin/events", [field]));
        var head = await client.ReadHeadAsync();
        Assert.True(head.Status == 200, head.Everything);
        Assert.Equal(("text/event-stream", "no-store"), (head["Content-Type"], head["Cache-Control"]));
        return client;
    }

    // A frame is written as a whole, so it comes as one chunk.
    private static async Task<JsonElement> NextAsync(RawClient listener)
    {
        var text = "";
        while (!text.EndsWith("\n\n", StringComparison.Ordinal))
        {
            text += await listener.ReadPieceTextAsync();
        }

        Assert.StartsWith("event: frame\ndata: {", text, StringComparison.Ordinal);
        return JsonNode.Parse(text["event: frame\ndata: ".Length..])!.Deserialize<JsonElement>();
    }

    private static Task<GatewayEnvironment> StartAsync() => GatewayEnvironment.StartAsync(new GatewaySetup { HasAdminToken = true });
}
