using System.Collections.Concurrent;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Transport;

/// <summary>What a call's failure means: for the client, for the count, for the log.</summary>
internal sealed partial class ProviderInvoker
{
    private readonly ConcurrentDictionary<string, FailureLogGate> _failureLogs = new(StringComparer.Ordinal);

    private Exception Judge(ProviderCall call, Exception exception)
    {
        if (call.Clock.HasExpired)
        {
            if (call.RequestBody == RequestBodyState.WaitsForClient)
            {
                var clientError = new GatewayError(ErrorCode.ClientTimeout, "The client sent no more of its body for Gateway:Transport:Timeout.");
                call.Fail(CallOutcome.ClientTimeout, clientError);
                return new ProviderCallException(clientError, exception);
            }

            var wasSent = call.RequestBody is not RequestBodyState.NotStarted && call.HasPlace;
            var timeout = new GatewayError(
                ErrorCode.UpstreamTimeout,
                $"The provider sent nothing for {options.Timeout.TotalSeconds:0.###} s (Gateway:Transport:Timeout). A model that thinks for longer before it answers needs streaming: then each piece starts the clock again.")
            {
                MayRetry = !wasSent,
            };
            call.Fail(CallOutcome.Timeout, timeout);
            LogFailure(call, "timeout", exception);
            return new ProviderCallException(timeout, exception);
        }

        if (call.IsAborted)
        {
            call.Fail(CallOutcome.Cancelled, null);
            return exception as OperationCanceledException ?? new OperationCanceledException("The client went away.", exception);
        }

        var unreachable = new GatewayError(ErrorCode.UpstreamUnreachable, $"The provider could not be reached: {Reason(exception)}.");
        call.Fail(CallOutcome.Unreachable, unreachable);
        LogFailure(call, "unreachable", exception);
        return new ProviderCallException(unreachable, exception);
    }

    // A closed list: an exception's own message may name addresses that are none of the client's business.
    private static string Reason(Exception exception) => (exception as HttpRequestException)?.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name was not found",
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.SecureConnectionError => "no TLS connection",
        HttpRequestError.ProxyTunnelError => "the outbound proxy refused",
        HttpRequestError.ResponseEnded => "it closed the connection without an answer",
        HttpRequestError.InvalidResponse => "its answer was not HTTP",
        HttpRequestError.HttpProtocolError => "an HTTP/2 error",
        HttpRequestError.ConfigurationLimitExceeded => "its response fields are too large",
        _ => "the connection broke",
    };

    // One line a second and provider: a provider that is down must not drown the log, nor slow the request path.
    private void LogFailure(ProviderCall call, string outcome, Exception exception)
    {
        var gate = _failureLogs.GetOrAdd(call.Provider.Name, static _ => new FailureLogGate());
        if (gate.TryPass(time, out var suppressed))
        {
            LogCallFailed(call.Provider.Name, outcome, exception.GetType().Name, exception.Message, suppressed);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Call to provider {Provider} failed ({Outcome}): {Exception}: {Reason} ({Suppressed} more since the last line)", EventName = "CallFailed")]
    private partial void LogCallFailed(string provider, string outcome, string exception, string reason, int suppressed);

    private sealed class FailureLogGate
    {
        private readonly Lock _lock = new();
        private long? _last;
        private int _suppressed;

        public bool TryPass(TimeProvider time, out int suppressed)
        {
            lock (_lock)
            {
                suppressed = _suppressed;
                if (_last is { } last && time.GetElapsedTime(last) < TimeSpan.FromSeconds(1))
                {
                    _suppressed++;
                    return false;
                }

                _last = time.GetTimestamp();
                _suppressed = 0;
                return true;
            }
        }
    }
}
