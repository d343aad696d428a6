using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Transport;

/// <summary>What a call's failure means: for the client, for the count, for the log.</summary>
internal sealed partial class ProviderInvoker
{
    private Exception Judge(ProviderCall call, Exception exception)
    {
        if (call.HasFailed && !call.Clock.HasExpired)
        {
            // The client's own doing, noticed where its body was read.
            return call.Error is { } known ? new ProviderCallException(known, exception) : new OperationCanceledException("The client went away.", exception);
        }

        if (call.Clock.HasExpired)
        {
            if (call.StalledBy == StalledBy.Client)
            {
                var clientError = new GatewayError(ErrorCode.ClientTimeout, "The client sent no more of its body for Gateway:Transport:Timeout.");
                call.Fail(CallOutcome.ClientTimeout, clientError, exception);
                return new ProviderCallException(clientError, exception);
            }

            var timeout = new GatewayError(
                ErrorCode.UpstreamTimeout,
                $"The provider sent nothing for {options.Timeout.TotalSeconds:0.###} s (Gateway:Transport:Timeout). A model that thinks for longer before it answers needs streaming: then each piece starts the clock again.")
            {
                MayRetry = call.StalledBy != StalledBy.Provider,
            };
            call.Fail(CallOutcome.Timeout, timeout, exception);
            return new ProviderCallException(timeout, exception);
        }

        if (call.IsAborted)
        {
            call.Fail(CallOutcome.Cancelled, null);
            return exception as OperationCanceledException ?? new OperationCanceledException("The client went away.", exception);
        }

        var unreachable = new GatewayError(ErrorCode.UpstreamUnreachable, $"The provider could not be reached: {Reason(exception)}.");
        call.Fail(CallOutcome.Unreachable, unreachable, exception);
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
}
