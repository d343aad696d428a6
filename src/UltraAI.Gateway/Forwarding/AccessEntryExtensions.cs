using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

internal static class AccessEntryExtensions
{
    /// <summary>Takes what is known once a request has been answered.</summary>
    /// <param name="entry">The entry of the request.</param>
    /// <param name="response">The answer.</param>
    /// <param name="forwarded">The request, settled; null if it did not become a call.</param>
    public static void TakeAnswer(this AccessEntry entry, HttpResponse response, ForwardedRequest? forwarded)
    {
        entry.Status = response.StatusCode;
        entry.RequestId = response.Headers[ErrorResponse.RequestIdField];
        entry.Error = response.Headers[ErrorResponse.CodeField];
        if (forwarded is not null)
        {
            TakeCall(entry, forwarded);
        }

        entry.ResponseBytes ??= response.ContentLength;
    }

    private static void TakeCall(AccessEntry entry, ForwardedRequest request)
    {
        var call = request.Call;
        entry.Key = request.Key.Name;
        entry.Provider = request.Provider.Name;
        entry.Model = call.Facts?.Model;
        entry.Outcome = TransportMetrics.NameOf(call.Outcome);
        entry.FirstChunk = call.FirstByteAfter;
        entry.RequestBytes ??= call.Facts?.BodyBytes;
        entry.ResponseBytes = call.StatusCode == 0 ? null : call.ResponseBytes;
        (entry.InputTokens, entry.OutputTokens, entry.NanoUsd, entry.IsEstimated) = request.Charge;
        entry.Credential = call.Credential?.Name;
        entry.Destination = call.Destination?.Name;
    }
}
