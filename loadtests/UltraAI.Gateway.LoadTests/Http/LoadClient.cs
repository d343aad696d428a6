using System.Diagnostics;
using System.Net.Sockets;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>Sends requests to the gateway and says how each ended; it throws for none of them.</summary>
public sealed class LoadClient : IDisposable
{
    private readonly LoadOptions _options;
    private readonly LoadRequests _requests;
    private readonly HttpMessageInvoker _invoker;
    private long _connectionsOpened;

    /// <summary>Prepares requests; connects to nothing yet.</summary>
    public LoadClient(LoadOptions options)
    {
        _options = options;
        _requests = new LoadRequests(options);
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>Gets how many connections were opened so far.</summary>
    public long ConnectionsOpened => Interlocked.Read(ref _connectionsOpened);

    /// <summary>Sends one request and reads its answer.</summary>
    /// <param name="scenario">Passthrough (as governance sends it), streaming, or ultra.</param>
    public async Task<CallOutcome> SendAsync(LoadScenario scenario)
    {
        using var stream = await OpenAsync(scenario);
        return await stream.ReadToEndAsync();
    }

    /// <summary>Sends one request and waits for the head and, of a stream, the first chunk.</summary>
    public async Task<OpenCall> OpenAsync(LoadScenario scenario)
    {
        var limit = new CancellationTokenSource(_options.Timeout);
        var call = new OpenCall(scenario, _options.Stall, limit, Stopwatch.GetTimestamp());
        try
        {
            using var request = _requests.Make(scenario);
            await call.TakeAsync(await _invoker.SendAsync(request, limit.Token));
        }
        catch (Exception exception) when (OpenCall.CodeOf(exception) is { } code)
        {
            call.Fail(code);
        }

        return call;
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose() => _invoker.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            Interlocked.Increment(ref _connectionsOpened);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
