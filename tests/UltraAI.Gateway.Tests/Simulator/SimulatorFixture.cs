using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using Xunit;

namespace UltraAI.Gateway.Tests.Simulator;

/// <summary>Simulated providers for one test class, and plain HTTP to them.</summary>
public class SimulatorFixture : IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private ProviderSimulator? _simulator;

    public ProviderSimulator Simulator => _simulator ?? throw new InvalidOperationException("Not started.");

    /// <summary>Where an SDK is pointed for this provider.</summary>
    public virtual Uri AddressOf(SimulatedProvider provider) => provider.BaseAddress;

    /// <summary>What an SDK is given as its key for this provider.</summary>
    public virtual string KeyOf(SimulatedProvider provider) => provider.Credential;

    public virtual async ValueTask InitializeAsync() => _simulator = await ProviderSimulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    public virtual async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Simulator.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public SimulatedProvider Provider(string name) => Simulator.All.Single(provider => provider.Name == name);

    /// <summary>A request with the provider's credential in its place.</summary>
    public static HttpRequestMessage Request(SimulatedProvider provider, HttpMethod method, string path, string? body = null, string? credential = null)
    {
        var request = new HttpRequestMessage(method, new Uri(provider.BaseAddress, path));
        credential ??= provider.Credential;
        switch (provider.Name)
        {
            case "anthropic":
                request.Headers.Add("x-api-key", credential);
                request.Headers.Add("anthropic-version", "2023-06-01");
                break;
            case "google" when !path.Contains("/openai/", StringComparison.Ordinal):
                request.Headers.Add("x-goog-api-key", credential);
                break;
            default:
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
                break;
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return request;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> PostAsync(SimulatedProvider provider, string path, string body) => SendAsync(Request(provider, HttpMethod.Post, path, body));

    public async Task<JsonNode> PostJsonAsync(SimulatedProvider provider, string path, string body)
    {
        using var response = await PostAsync(provider, path, body);
        response.EnsureSuccessStatusCode();
        return await JsonAsync(response);
    }

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
}
