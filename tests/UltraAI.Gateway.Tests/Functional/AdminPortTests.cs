using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>A listener of their own for operators: <c>Gateway:Admin:Port</c> (CONTRACT §9).</summary>
public sealed class AdminPortTests
{
    [Theory]
    [InlineData("/admin/keys", 200)]
    [InlineData("/dashboard/", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/health/providers", 200)]
    public async Task WhatIsForOperators_IsThereAndNowhereElse(string target, int status)
    {
        var port = FreePort();
        await using var gateway = await StartAsync(port);

        var onAdmin = await SendAsync(port, target, AdminClient.Token);
        var onMain = await SendAsync(gateway.Port, target, AdminClient.Token);
        var byHost = await SendRawAsync(gateway.Port, $"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{AdminClient.Token}\r\n\r\n");

        Assert.True(onAdmin.Status == status, onAdmin.Everything);
        onMain.AssertError(404, "not_found");
        byHost.AssertError(404, "not_found");
    }

    [Fact]
    public async Task WhatIsForClients_IsNotThere()
    {
        var port = FreePort();
        await using var gateway = await StartAsync(port);

        (await SendAsync(gateway.Port, "/openai/v1/models", Request.Authorization)).AssertPassed();
        (await SendAsync(port, "/openai/v1/models", Request.Authorization)).AssertError(404, "not_found");
        (await SendAsync(port, "/ultra/presets", Request.Authorization)).AssertError(404, "not_found");
        Assert.Single(gateway.OpenAI.Requests);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task LiveAndReady_AnswerOnBoth(string target)
    {
        var port = FreePort();
        await using var gateway = await StartAsync(port);

        Assert.Equal((200, 200), ((await SendAsync(gateway.Port, target)).Status, (await SendAsync(port, target)).Status));
    }

    [Fact]
    public async Task MetricsAndProviders_NeedNoTokenThere_AdminDoes()
    {
        var port = FreePort();
        await using var gateway = await StartAsync(port, c => c["Admin"]!["AllowedNetworks"] = new JsonArray());

        Assert.Equal(200, (await SendAsync(port, "/metrics")).Status);
        Assert.Equal(200, (await SendAsync(port, "/health/providers")).Status);
        (await SendAsync(port, "/admin/keys")).AssertError(401, "invalid_key");
    }

    [Fact]
    public async Task Port_IsReadAtStartOnly()
    {
        var port = FreePort();
        await using var gateway = await StartAsync(port);

        gateway.ChangeConfiguration(c => c["Admin"]!["Port"] = port == 65535 ? 65534 : port + 1);

        await Eventually.TrueAsync(() => gateway.Measurements.Sum("ultraai.config.reloads", "outcome=rejected") > 0, "the change is refused");
        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("Gateway:Admin:Port", StringComparison.Ordinal) && line.Contains("needs a restart", StringComparison.Ordinal)), "the log says why");
        Assert.Equal(200, (await SendAsync(port, "/admin/keys", AdminClient.Token)).Status);
    }

    [Theory]
    [InlineData("http://localhost:8080", "http://localhost:9090")]
    [InlineData("http://*:8080;https://*:8443", "https://*:9090")]
    [InlineData("http://10.0.0.1:80;http://10.0.0.1:81;https://[::1]:443", "http://10.0.0.1:9090;https://[::1]:9090")]
    [InlineData("http://unix:/tmp/gateway.sock", "http://localhost:9090")]
    public void Addresses_AreOnTheHostsOfTheMainOnes(string urls, string admin)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", urls);

        AdminAddresses.Add(builder, 9090);

        Assert.Equal($"{urls};{admin}", builder.Configuration["urls"]);
    }

    [Fact]
    public void Addresses_OfPortsAlone_AreOnEveryHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "").UseSetting("http_ports", "8080;8081");

        AdminAddresses.Add(builder, 9090);

        Assert.Equal("http://*:8080;http://*:8081;http://*:9090", builder.Configuration["urls"]);
        Assert.Equal("", builder.Configuration["http_ports"]);
    }

    [Fact]
    public void Addresses_OfKestrelsSection_GetOneWithTheSameCertificate()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kestrel:Endpoints:Plain:Url"] = "http://gateway.test:80",
            ["Kestrel:Endpoints:Tls:Url"] = "https://gateway.test:443",
            ["Kestrel:Endpoints:Tls:Certificate:Path"] = "/etc/tls/gateway.pfx",
        });

        AdminAddresses.Add(builder, 9090);

        var added = builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Single(section => section["Url"]!.EndsWith(":9090", StringComparison.Ordinal));
        Assert.Equal(("https://gateway.test:9090", "/etc/tls/gateway.pfx"), (added["Url"], added["Certificate:Path"]));
    }

    [Fact]
    public void Port_OfTheClientsAddress_IsAFault()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://localhost:9090");

        var fault = Assert.Throws<ConfigurationException>(() => AdminAddresses.Add(builder, 9090));

        Assert.StartsWith("Gateway:Admin:Port: ", Assert.Single(fault.Errors).ToString(), StringComparison.Ordinal);
    }

    private static Task<RawResponse> SendAsync(int port, string target, params string[] fields) => SendRawAsync(port, Request.Send("GET", target, fields));

    private static async Task<RawResponse> SendRawAsync(int port, string request)
    {
        await using var client = await RawClient.ConnectAsync(port);
        return await client.ExchangeAsync(request);
    }

    private static Task<GatewayEnvironment> StartAsync(int port, Action<JsonObject>? configure = null) => GatewayEnvironment.StartAsync(new GatewaySetup
    {
        HasAdminToken = true,
        Configure = c =>
        {
            c["Admin"]!["Port"] = port;
            configure?.Invoke(c);
        },
    });

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
