#pragma warning disable RS0030 // The command line's own client: it asks a gateway, not a provider.
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Commands;

/// <summary>Asks a running gateway, for the commands that need one. Never asks a provider.</summary>
/// <remarks>What goes wrong is a <see cref="CommandException"/> with words for whoever typed the command; only cancellation stays what it is.</remarks>
internal sealed class GatewayClient : IDisposable
{
    private const int MostBytes = 64 * 1024 * 1024;

    static GatewayClient() => HttpClient.DefaultProxy = new ProxyForHttps(HttpClient.DefaultProxy);

    private readonly HttpClient _client;

    private GatewayClient(Uri address, string? token, TimeSpan patience)
    {
        Address = address;
        _client = new HttpClient { Timeout = patience, MaxResponseContentBufferSize = MostBytes };
        if (token is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Whom it asks.</summary>
    public Uri Address { get; }

    /// <summary>A client without credential.</summary>
    /// <param name="url">The gateway's address; null: where this machine's gateway listens.</param>
    /// <param name="patience">How long one answer may take, its body included.</param>
    public static GatewayClient Open(string? url, TimeSpan patience) => new(AddressOf(url), token: null, patience);

    /// <summary>A client with the credential that an environment variable holds: on a command line, everybody on the machine could read it.</summary>
    /// <param name="url">The gateway's address; null: where this machine's gateway listens.</param>
    /// <param name="variable">The variable's name.</param>
    /// <param name="patience">How long one answer may take, its body included.</param>
    public static GatewayClient Open(string? url, string variable, TimeSpan patience)
    {
        var token = Environment.GetEnvironmentVariable(variable)?.Trim();
        if (string.IsNullOrEmpty(token))
        {
            throw new CommandException($"{variable} is not set: this command takes its credential from there.");
        }

        return token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? throw new CommandException($"{variable} holds characters that no credential has.")
            : new GatewayClient(AddressOf(url), token, patience);
    }

    /// <summary>Asks, and takes the whole answer whatever its status is.</summary>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query, from the root: <c>/admin/keys</c>.</param>
    /// <param name="body">The body; null: none.</param>
    /// <param name="ifMatch">The version that is meant; null: any.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public async Task<GatewayAnswer> SendAsync(HttpMethod method, string target, JsonNode? body = null, string? ifMatch = null, CancellationToken cancellationToken = default)
    {
        using var request = Request(method, target, body);
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await GuardAsync(
            async () =>
            {
                using var response = await _client.SendAsync(request, cancellationToken);
                return await GatewayAnswer.ReadAsync(response, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Asks for a JSON answer; any status but 2xx is an error.</summary>
    public async Task<JsonNode> AskAsync(HttpMethod method, string target, JsonNode? body = null, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(method, target, body, ifMatch: null, cancellationToken);
        return answer.IsSuccess ? answer.Json : throw answer.ToException();
    }

    /// <summary>Asks for a stream of lines. The patience is for each of them.</summary>
    /// <param name="target">Path and query.</param>
    /// <param name="body">The body of the POST.</param>
    /// <param name="onLine">Called with each line.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>The answer if its status was not 2xx; null: all lines have been read.</returns>
    public async Task<GatewayAnswer?> ReadLinesAsync(string target, JsonNode body, Action<string> onLine, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, target, body);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return await GuardAsync(
            async () =>
            {
                using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (!response.IsSuccessStatusCode)
                {
                    return await GatewayAnswer.ReadAsync(response, cancellationToken);
                }

                silence.CancelAfter(_client.Timeout);
                using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(silence.Token));
                while (await reader.ReadLineAsync(silence.Token) is { } line)
                {
                    silence.CancelAfter(_client.Timeout);
                    onLine(line);
                }

                return null;
            },
            cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string target, JsonNode? body) => new(method, new Uri(Address, target.TrimStart('/')))
    {
        Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
    };

    private async Task<T> GuardAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"{Address} has not answered within {_client.Timeout.TotalSeconds:0} seconds.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"{Address} does not answer: {exception.Message}", exception);
        }
    }

    private static Uri AddressOf(string? url)
    {
        var address = (url ?? DefaultUrl()).TrimEnd('/') + "/";
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new CommandException($"'{address}' is not the URL of a gateway, such as http://localhost:8080.");
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

    /// <summary>The environment's proxy for HTTPS to other machines: HTTP_PROXY would be told the credential, and none knows what listens on this machine.</summary>
    private sealed class ProxyForHttps(IWebProxy inner) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => inner.Credentials;
            set => inner.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : inner.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.Scheme != Uri.UriSchemeHttps || host.IsLoopback || inner.IsBypassed(host);
    }
}
