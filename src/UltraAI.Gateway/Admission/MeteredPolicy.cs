using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Admission;

/// <summary>What a virtual key with a token limit or a budget may not do, since nobody could tell what it uses.</summary>
internal static class MeteredPolicy
{
    /// <returns>Why not; null if it may.</returns>
    public static GatewayError? Refuse(Admission admission, bool isRead, bool isWebSocket)
    {
        var key = admission.Key;
        if (isWebSocket)
        {
            return key.AllowUnmeteredWebSockets
                ? null
                : new GatewayError(ErrorCode.EndpointNotAllowed, $"Virtual key '{key.Name}' has a token limit or a budget, and what goes over a WebSocket is not metered (AllowUnmeteredWebSockets).");
        }

        if (key.Budget is null || isRead || admission.Facts.Endpoint.Model == ModelPlace.Nowhere)
        {
            return null;
        }

        // With a fault, another model than the one that is read may answer.
        if (admission.Facts is not { Model: { } model, Fault: null })
        {
            return new GatewayError(
                ErrorCode.ModelNotAllowed,
                $"Virtual key '{key.Name}' has a budget, and the model of this request, and so its price, can't be told: {admission.Facts.Fault ?? "this endpoint is not a known one"}.");
        }

        if (admission.Price is not { } price)
        {
            return NoPrice(admission, model);
        }

        if (admission.MorePrices is { } more && Array.IndexOf(more, null) is var unpriced and >= 0)
        {
            return NoPrice(admission, admission.Facts.MoreModels![unpriced]);
        }

        if (admission.Facts.IsBackground || admission.Facts.Endpoint.Model == ModelPlace.BatchRequests)
        {
            return new GatewayError(
                ErrorCode.EndpointNotAllowed,
                $"Virtual key '{key.Name}' has a budget, and a batch or a response in the background is billed later, when nobody can charge it; ask for the answer itself.");
        }

        // What is reported nowhere would escape the budget.
        return admission.Facts.Endpoint.Usage == UsageDialect.None && !price.HasPerRequest
            ? new GatewayError(
                ErrorCode.EndpointNotAllowed,
                $"Virtual key '{key.Name}' has a budget, and this endpoint does not report what it uses; a price with PerRequest for model '{model}' would allow it.")
            : null;
    }

    private static GatewayError NoPrice(Admission admission, string model) => new(
        ErrorCode.ModelNotAllowed,
        $"Virtual key '{admission.Key.Name}' has a budget, and model '{model}' has no price (Gateway:Prices, \"Model\": \"{admission.Provider.Name}/{model}\").");
}
