#pragma warning disable RS0030 // The command line's own client: it asks a gateway, not a provider.
namespace UltraAI.Gateway.Commands;

/// <summary><c>health</c>: a probe for containers, which have no curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string? url, CancellationToken cancellationToken)
    {
        var address = (url ?? DefaultUrl()).TrimEnd('/') + "/health/ready";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            await Console.Error.WriteLineAsync($"'{address}' is not a URL.");
            return 1;
        }

        try
        {
            using var client = new HttpClient { Timeout = Patience };
            using var response = await client.GetAsync(uri, cancellationToken);
            Console.WriteLine(await response.Content.ReadAsStringAsync(cancellationToken));
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{uri} does not answer: {exception.Message}");
            return 1;
        }
    }

    private static string DefaultUrl()
    {
        if (Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is { Length: > 0 } urls)
        {
            return urls.Split(';')[0].Replace("+", "localhost", StringComparison.Ordinal).Replace("*", "localhost", StringComparison.Ordinal)
                .Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal);
        }

        return Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS") is { Length: > 0 } ports
            ? "http://localhost:" + ports.Split(';')[0]
            : "http://localhost:8080";
    }
}
