using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Configuration;
using UltraAI.Gateway.Tests.Providers.Mistral;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers;

/// <summary>A kind of one folder and one entry in the list of providers, through a running gateway.</summary>
public sealed class MistralKindTests : IAsyncLifetime
{
    private const string Key = "vk-for-the-mistral-kind";

    private readonly ConfigurationFile _file = new();
    private readonly HttpClient _client = new();
    private ProviderSimulator? _simulator;
    private WebApplication? _gateway;

    public async ValueTask InitializeAsync()
    {
        // Mistral's requests and answers are OpenAI's; its errors are not.
        _simulator = await ProviderSimulator.StartAsync(new SimulatorOptions(), CancellationToken.None);
        var provider = new Provider(
            "mistral", new MistralKind(), [_simulator.OpenAI.BaseAddress.ToString()], [new ProviderCredential("main", _simulator.OpenAI.Credential)]);

        var config = _file.Write("gateway.json", $$"""{ "Gateway": { "Providers": {}, "Drain": { "Delay": "00:00:00" }, "VirtualKeys": [ { "Name": "dev", "Value": "{{Key}}" } ] } }""");
        _gateway = GatewayHost.Build(
            ["--config", config, "--urls", "http://127.0.0.1:0"],
            builder => builder.Services.AddSingleton<IProviderSource>(new OneProvider(provider)));
        await _gateway.StartAsync();
        _client.BaseAddress = new Uri(_gateway.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _gateway!.StopAsync();
        await _gateway.DisposeAsync();
        await _simulator!.DisposeAsync();
        _file.Dispose();
    }

    [Fact]
    public async Task Call_ArrivesWithTheCredentialAndWithoutTheVirtualKey()
    {
        using var response = await ChatAsync(Key);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var request = Assert.Single(_simulator!.OpenAI.Requests);
        Assert.Equal("/v1/chat/completions", request.RawTarget);
        Assert.Equal($"Bearer {_simulator.OpenAI.Credential}", request.Header("Authorization"));
        Assert.DoesNotContain(request.Headers, field => field.Value.Contains(Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OwnError_HasTheShapeOfTheProvider()
    {
        using var response = await ChatAsync("vk-that-nobody-knows");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("invalid_key", Assert.Single(response.Headers.GetValues("x-ultraai-error")));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("error", body.RootElement.GetProperty("object").GetString());
        Assert.Equal("unauthorized", body.RootElement.GetProperty("type").GetString());
        Assert.Equal("invalid_key", body.RootElement.GetProperty("code").GetString());
        Assert.Empty(_simulator!.OpenAI.Requests);
    }

    private Task<HttpResponseMessage> ChatAsync(string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/mistral/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"mistral-small-latest","messages":[{"role":"user","content":"Hello!"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return _client.SendAsync(request);
    }

    private sealed class OneProvider(Provider provider) : IProviderSource
    {
        public ProviderTable Providers { get; } = new([provider]);

        public IChangeToken Changed { get; } = new CancellationChangeToken(CancellationToken.None);
    }
}
