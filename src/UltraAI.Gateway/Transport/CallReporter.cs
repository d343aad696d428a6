using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;

namespace UltraAI.Gateway.Transport;

/// <summary>Counts how calls end, and logs the ones that failed: one line a second and provider.</summary>
/// <remarks>A provider that is down must neither drown the log nor slow the request path.</remarks>
internal sealed partial class CallReporter(TransportMetrics metrics, TimeProvider time, ILogger<CallReporter> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // One per provider of the configuration, reloads included.
    private readonly ConcurrentDictionary<string, Throttle> _throttles = new(StringComparer.Ordinal);

    public void Ended(ProviderCall call)
    {
        var outcome = call.Outcome;

        // A call that was not made took no time, and a WebSocket takes as long as its client likes.
        metrics.RequestEnded(
            call.Provider,
            outcome,
            outcome == CallOutcome.Refused || call.IsWebSocket ? null : call.Elapsed,
            call.Facts is { IsStream: true } ? call.FirstByteAfter : null);
        metrics.Aborted(call.Provider, outcome, call.StatusCode != 0);
        if (call.LongestSilence is { } silence)
        {
            metrics.Stalled(call.Provider, silence);
        }

        if (outcome is CallOutcome.Timeout or CallOutcome.Unreachable or CallOutcome.Cut
            && _throttles.GetOrAdd(call.Provider.Name, static _ => new Throttle()).TryPass(time, out var suppressed))
        {
            LogCallFailed(call.Provider.Name, outcome, Describe(call.Cause), suppressed);
        }
    }

    /// <summary>A request that did not become a call.</summary>
    public void NotCalled(Provider provider, CallOutcome outcome) => metrics.RequestEnded(provider, outcome);

    // NOTE: not the exception's message. HttpClient's quote a malformed header line, which may be an echo of our own credential.
    private static string Describe(Exception? cause)
    {
        for (var exception = cause; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                case AuthenticationException tls: // The certificate's faults, or what OpenSSL says: no field of HTTP was read yet.
                    return $"TLS: {tls.GetBaseException().Message}";
                case SocketException socket:
                    return $"socket error {socket.SocketErrorCode}";
                case HttpIOException io:
                    return $"HTTP error {io.HttpRequestError}";
                case HttpRequestException { HttpRequestError: not HttpRequestError.Unknown, InnerException: null } request:
                    return $"HTTP error {request.HttpRequestError}";
            }
        }

        return cause is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } failed
            ? $"HTTP error {failed.HttpRequestError}"
            : cause?.GetBaseException().GetType().Name ?? "no cause";
    }

    [LoggerMessage(LogLevel.Warning, "Call to provider {Provider} failed ({Outcome}): {Cause} ({Suppressed} more since the last line)", EventName = "CallFailed")]
    private partial void LogCallFailed(string provider, CallOutcome outcome, string cause, int suppressed);

    private sealed class Throttle
    {
        private readonly Lock _lock = new();
        private long? _last;
        private int _suppressed;

        public bool TryPass(TimeProvider time, out int suppressed)
        {
            lock (_lock)
            {
                suppressed = _suppressed;
                if (_last is { } last && time.GetElapsedTime(last) < Interval)
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
