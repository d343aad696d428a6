namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>Reads what a request says about itself: model, maximum output, whether it is a stream.</summary>
/// <remarks>
/// Never throws for what a client sent. What is doubtful goes into <see cref="RequestFacts.Fault"/>: policies that need the model refuse then, all
/// others go on with what is known. A request that is in order costs its <see cref="RequestFacts"/> and no other allocation.
/// </remarks>
internal static class RequestInspector
{
    /// <summary>What policies that need to know the endpoint say of one that nobody knows, whatever its body names.</summary>
    public const string Unlisted = "this endpoint is none of the listed ones";

    private const string Partial = "only the first part of the body was read";
    private const string Encoded = "the body has a Content-Encoding; send it as it is";
    private const string NotJson = "the body is not marked as JSON; send 'Content-Type: application/json' in UTF-8";
    private const string NotForm = "the body is neither marked as multipart/form-data with one plain boundary nor as JSON";

    public static RequestFacts Inspect(ProviderKind kind, ProviderEndpoint endpoint, in InspectedRequest request)
    {
        var facts = new RequestFacts { Endpoint = endpoint, BodyBytes = request.Body.Length, IsStream = endpoint.AlwaysStreams };
        switch (endpoint.Model)
        {
            case ModelPlace.Nowhere:
                return facts;
            case ModelPlace.Query:
                QueryModel.Read(request.Query, endpoint.ModelParameter, facts);
                break;
            case ModelPlace.Path:
                PathModel.Read(kind, request, facts);
                ReadBodyBesidePath(kind, request, facts);
                break;
            case ModelPlace.Unknown:
                ReadJson(kind, request, facts);
                break;
            case ModelPlace.Elsewhere:
                facts.Fault = endpoint.Elsewhere;
                ReadJson(kind, request, facts);
                break;
            default:
                ReadBody(kind, request, facts);
                break;
        }

        if (facts is { Model: null, Fault: null })
        {
            facts.Fault = endpoint.Model == ModelPlace.Unknown ? Unlisted : "there is no model";
        }

        return facts;
    }

    private static void ReadBody(ProviderKind kind, in InspectedRequest request, RequestFacts facts)
    {
        var form = facts.Endpoint.Model == ModelPlace.Form;
        if (request.IsEncoded)
        {
            facts.Fault = Encoded;
        }
        else if (form && MediaType.IsForm(request.ContentType))
        {
            FormBody.Read(request, facts);
        }
        else
        {
            // Without a Content-Type servers take it for JSON.
            if (request.ContentType is { Length: > 0 } type && !MediaType.IsJson(type))
            {
                facts.Fault = form ? NotForm : NotJson;
            }

            ReadJson(kind, request, facts);
        }

        facts.Fault ??= request.IsWhole ? null : Partial;
    }

    // The path's model counts. Where the body may name more, it must be readable too; elsewhere nothing in it is a fault.
    private static void ReadBodyBesidePath(ProviderKind kind, in InspectedRequest request, RequestFacts facts)
    {
        var isJson = MediaType.IsJson(request.ContentType);
        if (facts.Endpoint.NamesMoreInBody)
        {
            facts.Fault ??= request.IsEncoded ? Encoded : !isJson && request.ContentType is { Length: > 0 } ? NotJson : null;
            ReadJson(kind, request, facts);
            facts.Fault ??= request.IsWhole ? null : Partial;
        }
        else if (isJson)
        {
            var fault = facts.Fault;
            ReadJson(kind, request, facts);
            facts.Fault = fault;
            (facts.MoreModels, facts.ToolFault) = (null, null);
        }
    }

    private static void ReadJson(ProviderKind kind, in InspectedRequest request, RequestFacts facts)
    {
        if (!request.IsEncoded && !request.Body.IsEmpty)
        {
            new JsonBody(kind, request, facts).Read();
        }
    }
}
