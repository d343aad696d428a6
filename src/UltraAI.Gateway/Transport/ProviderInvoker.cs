using System.Net;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

/// <summary>Makes every call to a provider: YARP's, the probes' and those of /ultra.</summary>
/// <remarks>
/// <code>
///  Step 4: queue     a place at the origin, in order, or queue_full          ┐
///  Step 5: attempt   destination + credential → circuit → THE handler        ├ all on one inactivity clock
///                    → judge the head → again?                               │
///  Step 6: observe   the response's body, as it passes: <see cref="ProviderContent"/> ┘
/// </code>
/// It is never disposed, and would not dispose the shared handler if it were.
/// </remarks>
internal sealed partial class ProviderInvoker(
    SharedHttpHandler handler,
    ProviderPools pools,
    PoolReporter reporter,
    CredentialProbe probe,
    ICredentialRests rests,
    TransportOptions options,
    TransportMetrics metrics,
    AttemptDurations durations,
    TimeProvider time)
    : HttpMessageInvoker(handler.Handler, disposeHandler: false)
{
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
        call.Metrics = metrics;
        call.Begin(options.Timeout, cancellationToken);
        try
        {
            var attempts = AttemptsOf(call);
            for (var attempt = 1; ; attempt++)
            {
                Choose(call, attempts);

                // :: Step 4: Take a place at the origin, at once or in turn
                await EnterAsync(call);

                // :: Step 5: Attempt, and again where nothing was lost
                if (attempt == 1 && request.Content is not (WholeContent or ClientContent) && ContentOf(call, request.Content) is { } content)
                {
                    request.Content = content;
                }

                var circuit = call.Destination!.Circuit;
                if (!circuit.TryEnter(out var isProbe))
                {
                    // It has opened while the call waited. The next choice is another destination, or says so.
                    attempts?.LeaveDestination(call);
                    continue;
                }

                call.AttemptBegins();
                Address(call, request, attempt);
                CallSpan.Attempt(call, call.Destination.BaseUri);
                HttpResponseMessage response;
                var start = durations.Start();
                try
                {
                    response = await base.SendAsync(request, call.Clock.Token);
                }
                catch (Exception exception)
                {
                    durations.Failed(call.Destination, request, exception, start);

                    // The clock goes on: another attempt has what this one left.
                    Count(call, VerdictOn(call, exception), isProbe);
                    if (!MayTryAgain(call, request, exception, attempts, attempt))
                    {
                        throw;
                    }

                    continue;
                }

                var arrived = time.GetTimestamp();
                durations.Ended(call.Destination, request, response, start, arrived);
                Count(call, VerdictOn(response), isProbe);
                if (attempts is null || !MayGoOn(response.StatusCode) || !await GoesOnAsync(call, response, attempts))
                {
                    // :: Step 6: Observe the response as it passes
                    return Begun(call, response, arrived);
                }

                attempts.Leave(call, response.StatusCode);
                response.Dispose();
            }
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

    private HttpResponseMessage Begun(ProviderCall call, HttpResponseMessage response, long arrived)
    {
        call.HeadArrived(response, arrived);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            call.IsWebSocket = true;
            call.Clock.Restart(options.WebSocketIdleTimeout);
        }

        if (call.Credential is { IsRejected: true } credential && (int)response.StatusCode < 400 && credential.Accept())
        {
            reporter.Accepted(call.Provider, credential);
        }

        return response;
    }
}
