using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Inspection;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>Whether a request stays within the models of its key.</summary>
/// <remarks>
/// For keys with <c>Models</c> alone. GET and HEAD pass, and the listed endpoints that are for no model. Of all others the model must be established
/// and in scope before anything is sent; what could be read in two ways is refused. Decisions:
/// <list type="bullet">
/// <item>Every model that a body names counts: <c>model</c>, <c>tools[].model</c> (a tool <c>image_generation</c> must name one), each request of
/// Anthropic's message batches.</item>
/// <item>Refused, since they take a model from elsewhere: lists and fall-backs (<c>models</c>, <c>fallbacks</c>), presets, stored prompts (also beside a
/// <c>model</c>), agents, adapters, Azure's <c>data_sources</c>.</item>
/// <item>OpenAI's batches, evals, fine-tuning, realtime secrets and calls, <c>submit_tool_outputs</c>, Google's batches, Live and its tokens: refused,
/// as their models stand in files, stored objects or later messages. Runs of assistants and changes of assistants must name their <c>model</c>.</item>
/// <item>A Responses call may go on from a stored response or conversation: the model is still its own. Google's <c>cachedContent</c> must be of the
/// path's model, which Google checks. A model in the path wins over one in Google's bodies.</item>
/// <item>HuggingFace's <c>model:provider</c> is a name of its own: list <c>owner/model:*</c> for all who run it.</item>
/// <item>A realtime session may have its input transcribed by another model, which only its messages show: that passes.</item>
/// <item>Fields and query parameters that can set a method, path, model or deployment are refused, whatever their value.</item>
/// </list>
/// </remarks>
internal static class ModelPolicy
{
    /// <param name="key">The key, which is known and enabled.</param>
    /// <param name="line">What the request is for.</param>
    /// <param name="headers">The request's fields.</param>
    /// <param name="fieldFault">What <see cref="RequestShape.OverrideIn(string)"/> found in their names.</param>
    /// <param name="isWebSocket">Whether it is the hand-shake of a WebSocket.</param>
    /// <param name="facts">What was read of it; of the whole body, where <see cref="NeedsBody"/> says so.</param>
    /// <returns>The reason to refuse, or null.</returns>
    public static GatewayError? Check(VirtualKey key, RequestLine line, IHeaderDictionary headers, string? fieldFault, bool isWebSocket, RequestFacts facts)
    {
        if (key.ModelScope is not { } scope)
        {
            return null;
        }

        var reason = fieldFault ?? RequestShape.OverrideInQuery(line.Query) ?? line.PathFault;
        if (reason is null && !IsReading(line.Method, isWebSocket))
        {
            reason = line.BodyPathFault ?? RefuseShape(line, headers) ?? RefuseModel(scope, line.Provider, isWebSocket, facts);
        }

        return reason is null
            ? null
            : new GatewayError(ErrorCode.ModelNotAllowed, $"Virtual key '{key.Name}' is limited to certain models (Models): {reason}.");
    }

    /// <summary>Whether the whole body must be there before the request may go on.</summary>
    /// <param name="key">The key.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="method">The request's method; GET for a WebSocket.</param>
    /// <param name="metersTokens">Whether a token limit or a budget has to know model and maximum output.</param>
    /// <param name="requestsUsage">Whether <c>RequestUsage</c> is in force for this provider and key.</param>
    public static bool NeedsBody(VirtualKey key, ProviderEndpoint endpoint, string method, bool metersTokens, bool requestsUsage)
    {
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            return false;
        }

        var isModelInBody = endpoint.NamesMoreInBody || endpoint.Model is ModelPlace.Body or ModelPlace.Form or ModelPlace.BatchRequests;
        return (isModelInBody && (key.ModelScope is not null || metersTokens))
            || (metersTokens && endpoint.Model == ModelPlace.Path)
            || (requestsUsage && endpoint.ReportsStreamUsageOnRequest);
    }

    private static bool IsReading(string method, bool isWebSocket) =>
        !isWebSocket && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method));

    private static string? RefuseShape(RequestLine line, IHeaderDictionary headers)
    {
        if (headers.ContentEncoding.Count > 0)
        {
            return "the request has a Content-Encoding; send its body as it is";
        }

        return line.Endpoint.Model != ModelPlace.Query && RequestShape.NamesModel(line.Query)
            ? "the query has a parameter that could be read as a model"
            : null;
    }

    private static string? RefuseModel(ModelScope scope, Provider provider, bool isWebSocket, RequestFacts facts)
    {
        var place = facts.Endpoint.Model;
        if (isWebSocket && place is not (ModelPlace.Query or ModelPlace.Path))
        {
            return "a WebSocket must have its model in the URL";
        }

        if (place == ModelPlace.Nowhere)
        {
            return null;
        }

        var fault = place == ModelPlace.Unknown ? RequestInspector.Unlisted : facts.Fault ?? facts.ToolFault;
        if (fault is not null || facts.Model is null)
        {
            return $"the model can't be established, since {fault ?? "there is no model"}";
        }

        if (RefuseModel(scope, provider, facts.Model) is { } reason)
        {
            return reason;
        }

        for (var i = 0; i < (facts.MoreModels?.Count ?? 0); i++)
        {
            if (RefuseModel(scope, provider, facts.MoreModels![i]) is { } further)
            {
                return further;
            }
        }

        return null;
    }

    // A client's text goes into its own error only, and only if it is a plain and short name.
    private static string? RefuseModel(ModelScope scope, Provider provider, string model)
    {
        const int MaxShown = 128;
        return scope.Allows(provider.Name, model) ? null
            : model.Length <= MaxShown && ModelScope.IsPlain(model)
                ? $"'{model}' is not one of them. Ask for another model, or add it to Models as '{model}' or '{provider.Name}/{model}'"
                : "the model is not one of them, and its name is too long or has marks that no pattern with a star allows";
    }
}
