using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Providers.AzureOpenAI;

/// <summary>Azure OpenAI's endpoints: by deployment, and OpenAI's behind <c>/openai/v1</c> or <c>/openai</c>.</summary>
/// <remarks>
/// https://learn.microsoft.com/azure/ai-foundry/openai/reference and https://learn.microsoft.com/azure/ai-foundry/openai/latest. The deployment is the
/// model. A body beside it may name others (<c>data_sources</c>), so it is read too.
/// </remarks>
internal static class AzureOpenAIEndpoints
{
    private const string Deployments = "/openai/deployments/";

    private static readonly EndpointTable ByDeployment = new(
        ("POST /chat/completions", InPath(OpenAIEndpoints.Chat) with { NamesMoreInBody = true }),
        ("POST /completions", InPath(OpenAIEndpoints.Completions) with { NamesMoreInBody = true }),
        ("POST /embeddings", InPath(OpenAIEndpoints.Embeddings) with { NamesMoreInBody = true }),
        ("POST /images/generations", InPath(OpenAIEndpoints.Images) with { NamesMoreInBody = true }),
        ("POST /images/edits", InPath(OpenAIEndpoints.ImageForm)),
        ("POST /audio/speech", InPath(OpenAIEndpoints.Body) with { NamesMoreInBody = true }),
        ("POST /audio/transcriptions", InPath(OpenAIEndpoints.AudioForm)),
        ("POST /audio/translations", InPath(OpenAIEndpoints.AudioForm)));

    private static readonly EndpointTable Others = new(
        ("GET /openai/realtime", OpenAIEndpoints.Realtime with { ModelParameter = "deployment" }),
        ("POST /models/chat/completions", OpenAIEndpoints.Chat),
        ("POST /models/embeddings", OpenAIEndpoints.Embeddings));

    public static ProviderEndpoint Find(string method, ReadOnlySpan<char> path)
    {
        if (path.StartsWith(Deployments, StringComparison.Ordinal))
        {
            var deployment = ModelIn(path);
            return deployment.IsEmpty ? ProviderEndpoint.Unlisted : ByDeployment.Find(method, path[(Deployments.Length + deployment.Length)..]);
        }

        var endpoint = Others.Find(method, path);
        return !ReferenceEquals(endpoint, ProviderEndpoint.Unlisted) ? endpoint
            : path.StartsWith("/openai/", StringComparison.Ordinal) ? OpenAIEndpoints.Find(method, path["/openai".Length..])
            : ProviderEndpoint.Unlisted;
    }

    public static ReadOnlySpan<char> ModelIn(ReadOnlySpan<char> path)
    {
        if (!path.StartsWith(Deployments, StringComparison.Ordinal))
        {
            return path[(path.LastIndexOf('/') + 1)..];
        }

        var deployment = path[Deployments.Length..];
        return deployment.IndexOf('/') is var end and > 0 ? deployment[..end] : default;
    }

    private static ProviderEndpoint InPath(ProviderEndpoint endpoint) => endpoint with { Model = ModelPlace.Path };
}
