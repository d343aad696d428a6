using System.Collections.Concurrent;
using System.Net;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Transport;

/// <summary>Makes every call to a provider: YARP's, the probes' and those of /ultra.</summary>
/// <remarks>
/// <code>
///  Step 4: queue     a place at the origin, in order, or queue_full          ┐
///  Step 5: attempt   destination + credential → THE handler → again?         ├ all on one inactivity clock
///  Step 6: observe   the response's body, as it passes: <see cref="ProviderContent"/> ┘
/// </code>
/// It is never disposed, and would not dispose the shared handler if it were.
/// </remarks>
internal sealed partial class ProviderInvoker(SharedHttpHandler handler, TransportOptions options, TransportMetrics metrics, TimeProvider time)
    : HttpMessageInvoker(handler.Handler, disposeHandler: false)
{
    // One per origin and per provider of the configuration, reloads included.
    private readonly ConcurrentDictionary<string, CallGate> _originGates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CallGate> _ownGates = new(StringComparer.Ordinal);
    private readonly CallLimits _originLimits = new(options.MaxCallsPerOrigin, options.MaxQueuedCallsPerOrigin);

    private readonly GatewayError _queueFull = new(
        ErrorCode.QueueFull,
        "All calls to this provider are taken, and so is its queue (Gateway:Transport:MaxCallsPerOrigin, MaxQueuedCallsPerOrigin).")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    /// <summary>Makes the call that <paramref name="request"/> carries, and observes the response as its content is read.</summary>
    /// <exception cref="ProviderCallException">There is no response; its error says what to answer.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = ProviderRequest.CallOf(request) ?? throw new InvalidOperationException("A call to a provider must carry a ProviderCall.");
        var response = await SendAsync(call, request, cancellationToken);
        response.Content = new ProviderContent(response.Content, call);
        return response;
    }

    /// <summary>Makes a call for one who reads the response through a <see cref="ProviderStream"/> of its own.</summary>
    /// <exception cref="ProviderCallException">There is no response; its error says what to answer.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<HttpResponseMessage> SendAsync(ProviderCall call, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        call.Begin(options.Timeout, cancellationToken);
        try
        {
            // :: Step 4: Take a place at the origin, at once or in turn
            await EnterAsync(call);

            // :: Step 5: Attempt, and once more where nothing was lost
            if (request.Content is not (WholeContent or ClientContent) && ContentOf(call, request.Content) is { } content)
            {
                request.Content = content;
            }

            HttpResponseMessage response;
            for (var attempt = 1; ; attempt++)
            {
                Address(call, request, attempt);
                try
                {
                    response = await base.SendAsync(request, call.Clock.Token);
                    break;
                }
                catch (HttpRequestException exception) when (attempt == 1 && MayRepeat(call, request, exception))
                {
                    // The clock goes on: a second attempt has what the first one left.
                }
            }

            // :: Step 6: Observe the response as it passes
            call.HeadArrived(response);
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                call.IsWebSocket = true;
                call.Clock.Restart(options.WebSocketIdleTimeout);
            }

            return response;
        }
        catch (ProviderCallException)
        {
            throw;
        }
        catch (Exception exception)
        {
            throw Judge(call, exception);
        }
    }

    /// <summary>How many calls have got a place at an origin since start.</summary>
    public long CallsAt(string origin) => _originGates.TryGetValue(origin, out var gate) ? gate.Entered : 0;

    // NOTE: the base class would dispose the handler if told to. Nobody may: it lives as long as the process.
#pragma warning disable CA2215 // The base class has nothing else to dispose.
    protected override void Dispose(bool disposing)
    {
    }
#pragma warning restore CA2215

    private ValueTask EnterAsync(ProviderCall call) => call.Provider.OwnLimits is { } limits
        ? EnterBothAsync(call, limits)
        : EnterAsync(call, OriginGateOf(call), isOwn: false);

    private async ValueTask EnterBothAsync(ProviderCall call, CallLimits limits)
    {
        var own = _ownGates.GetOrAdd(call.Provider.Name, static (_, limits) => new CallGate(limits), limits);
        own.Resize(limits); // A reload may have changed them.
        await EnterAsync(call, own, isOwn: true);
        await EnterAsync(call, OriginGateOf(call), isOwn: false);
    }

    private CallGate OriginGateOf(ProviderCall call) => call.Provider.OriginGate ??=
        _originGates.GetOrAdd(call.Provider.Origin, static (_, limits) => new CallGate(limits), _originLimits);

    private ValueTask EnterAsync(ProviderCall call, CallGate gate, bool isOwn)
    {
        if (gate.TryEnter(call.Clock.Token) is not { } entered)
        {
            call.Fail(CallOutcome.Refused, _queueFull);
            throw new ProviderCallException(_queueFull, null);
        }

        if (entered.IsCompletedSuccessfully)
        {
            call.TookPlace(gate, LoadOf(call), isOwn);
            return ValueTask.CompletedTask;
        }

        return WaitAsync(call, gate, entered, isOwn);
    }

    private async ValueTask WaitAsync(ProviderCall call, CallGate gate, ValueTask entered, bool isOwn)
    {
        var start = time.GetTimestamp();
        metrics.QueueEntered(call.Provider);
        try
        {
            await entered;
            call.TookPlace(gate, LoadOf(call), isOwn);
        }
        finally
        {
            metrics.QueueLeft(call.Provider, time.GetElapsedTime(start));
        }
    }

    private TransportMetrics.Load LoadOf(ProviderCall call) => call.Provider.Load ??= metrics.LoadOf(call.Provider);

    /// <summary>What a call's body is sent as; null if it has none.</summary>
    /// <param name="call">The call.</param>
    /// <param name="fields">Content whose fields it takes over, or null.</param>
    public HttpContent? ContentOf(ProviderCall call, HttpContent? fields)
    {
        if (call.WholeBody is { } body)
        {
            return new WholeContent(body, fields, call);
        }

        return call.Body is { } reader ? new ClientContent(reader, fields, call, time) : null;
    }

    /// <summary>The seam for pools: which destination and which credential a call gets is decided here, per attempt.</summary>
    private static void Address(ProviderCall call, HttpRequestMessage request, int attempt)
    {
        var provider = call.Provider;
        request.RequestUri = provider.UriOf(call.Target);
        if (provider.Credential is { } credential)
        {
            var field = provider.Kind.CredentialFieldFor(provider.PathOf(call.Target));
            if (attempt > 1)
            {
                request.Headers.Remove(field.Name);
            }

            credential.WriteTo(request.Headers, field);
        }
    }

    /// <summary>A failure before any byte of the request was written is repeated; one after that only where it can do no harm.</summary>
    private static bool MayRepeat(ProviderCall call, HttpRequestMessage request, HttpRequestException exception)
    {
        if (call.Clock.Token.IsCancellationRequested || call.RequestBody is not (RequestBodyState.Done or RequestBodyState.NotStarted))
        {
            return false;
        }

        var nothingWasWritten = exception.HttpRequestError
            is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

        // Where the connection was closed without an answer, the handler has already repeated a request without content.
        var isSafe = request.Content is null && exception.HttpRequestError != HttpRequestError.ResponseEnded
            && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Options);
        return nothingWasWritten ? request.Content is null || call.RequestBody == RequestBodyState.NotStarted : isSafe;
    }

    private static ReadOnlySpan<char> PathOf(string target) =>
        target.IndexOf('?', StringComparison.Ordinal) is var question and >= 0 ? target.AsSpan(0, question) : target;
}
