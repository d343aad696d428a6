using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Providers.HuggingFace;

/// <summary>The router's endpoints: OpenAI's behind <c>/v1</c>, those of one inference provider behind its name, and tasks by the model in the path.</summary>
/// <remarks>
/// https://huggingface.co/docs/inference-providers and the request paths of its Python client,
/// https://github.com/huggingface/huggingface_hub/tree/main/src/huggingface_hub/inference/_providers. A suffix of the model such as <c>:groq</c> or
/// <c>:fastest</c> picks who runs it, and is part of its name here.
/// </remarks>
internal static class HuggingFaceEndpoints
{
    private const string Models = "/models/";
    private const string Tasks = "/hf-inference/models/";
    private const string Pipeline = "/pipeline/";

    private static readonly ProviderEndpoint ByModel = new() { Model = ModelPlace.Path };

    private static readonly ProviderEndpoint Extraction = ByModel with { Operation = "embeddings" };

    // The body has a model too; whoever reads that one must not reach another model by it.
    private static readonly ProviderEndpoint TaskChat = OpenAIEndpoints.Chat with { Model = ModelPlace.Path, NamesMoreInBody = true };

    private static readonly ProviderEndpoint TaskCompletions = OpenAIEndpoints.Completions with { Model = ModelPlace.Path, NamesMoreInBody = true };

    private static readonly EndpointTable Table = new(
        ("POST /v1/chat/completions", OpenAIEndpoints.Chat),
        ("POST /v1/completions", OpenAIEndpoints.Completions),
        ("POST /v1/responses", OpenAIEndpoints.Responses),
        ("POST /v1/embeddings", OpenAIEndpoints.Embeddings),
        ("POST /*/v1/chat/completions", OpenAIEndpoints.Chat),
        ("POST /*/v1/completions", OpenAIEndpoints.Completions),
        ("POST /*/v1/embeddings", OpenAIEndpoints.Embeddings),
        ("POST /*/v1/images/generations", OpenAIEndpoints.Images),
        ("POST /fireworks-ai/inference/v1/chat/completions", OpenAIEndpoints.Chat),
        ("POST /groq/openai/v1/chat/completions", OpenAIEndpoints.Chat),
        ("POST /cohere/compatibility/v1/chat/completions", OpenAIEndpoints.Chat),
        ("POST /novita/v3/openai/chat/completions", OpenAIEndpoints.Chat));

    public static ProviderEndpoint Find(string method, ReadOnlySpan<char> path)
    {
        if (!path.StartsWith(Models, StringComparison.Ordinal) && !path.StartsWith(Tasks, StringComparison.Ordinal))
        {
            return Table.Find(method, path);
        }

        return method != "POST" || !TrySplit(path, out var model, out var rest) || model.IsEmpty ? ProviderEndpoint.Unlisted
            : rest.IsEmpty ? ByModel
            : rest is "/v1/chat/completions" ? TaskChat
            : rest is "/v1/completions" ? TaskCompletions
            : rest is "/pipeline/feature-extraction" or "/pipeline/sentence-similarity" ? Extraction
            : ByModel;
    }

    public static ReadOnlySpan<char> ModelIn(ReadOnlySpan<char> path)
    {
        TrySplit(path, out var model, out _);
        return model;
    }

    // "/hf-inference/models/" "owner/model" "/pipeline/TASK". False for more than one reading.
    private static bool TrySplit(ReadOnlySpan<char> path, out ReadOnlySpan<char> model, out ReadOnlySpan<char> rest)
    {
        model = path.StartsWith(Tasks, StringComparison.Ordinal) ? path[Tasks.Length..]
            : path.StartsWith(Models, StringComparison.Ordinal) ? path[Models.Length..]
            : default;
        rest = RestOf(model);
        model = model[..^rest.Length];
        return IsModel(model);
    }

    private static ReadOnlySpan<char> RestOf(ReadOnlySpan<char> path)
    {
        var pipeline = path.LastIndexOf(Pipeline, StringComparison.Ordinal);
        return pipeline >= 0 && path[(pipeline + Pipeline.Length)..] is var task && !task.IsEmpty && !task.Contains('/') ? path[pipeline..]
            : path.EndsWith("/v1/chat/completions", StringComparison.Ordinal) ? path[^"/v1/chat/completions".Length..]
            : path.EndsWith("/v1/completions", StringComparison.Ordinal) ? path[^"/v1/completions".Length..]
            : default;
    }

    // One or two segments, none of which could be part of what follows a model.
    private static bool IsModel(ReadOnlySpan<char> text)
    {
        var segments = 0;
        foreach (var range in text.Split('/'))
        {
            if (++segments > 2 || text[range] is "" or "pipeline" or "v1")
            {
                return false;
            }
        }

        return true;
    }
}
