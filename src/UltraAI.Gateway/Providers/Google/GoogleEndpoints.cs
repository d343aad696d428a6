using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Providers.Google;

/// <summary>The Gemini API's endpoints, behind <c>/VERSION</c>; OpenAI's behind <c>/VERSION/openai</c>. GET and HEAD are not listed: they only read.</summary>
/// <remarks>
/// https://ai.google.dev/api/all-methods. The model in the path is the one that runs: a body's <c>model</c> is bound to the path, and a
/// <c>cachedContent</c> must be of the same model. Not in the table: interactions, which may run an agent, corpora and file search stores, which
/// embed by a model of their own, and Google's gRPC and batch paths.
/// </remarks>
internal static class GoogleEndpoints
{
    private const string LivePrefix = "/ws/google.ai.generativelanguage.";

    private static readonly ProviderEndpoint Generate = new()
    {
        Operation = "generate_content",
        Model = ModelPlace.Path,
        Usage = UsageDialect.GoogleGenerateContent,
    };

    private static readonly ProviderEndpoint Embed = new() { Operation = "embeddings", Model = ModelPlace.Path };

    private static readonly ProviderEndpoint PathModel = new() { Model = ModelPlace.Path };

    private static readonly ProviderEndpoint Batch = new() { Model = ModelPlace.Elsewhere, Elsewhere = "the requests of a batch may name models of their own" };

    private static readonly ProviderEndpoint Live = new() { Model = ModelPlace.Elsewhere, Elsewhere = "a Live session names its model in its first message" };

    // All behind /VERSION. A model is one segment; what follows its colon is the method.
    private static readonly EndpointTable Table = new(
        ("POST /models/*:generateContent", Generate),
        ("POST /models/*:streamGenerateContent", Generate with { AlwaysStreams = true }),
        ("POST /models/*:generateAnswer", PathModel),
        ("POST /models/*:embedContent", Embed),
        ("POST /models/*:batchEmbedContents", Embed),
        ("POST /models/*:countTokens", PathModel),
        ("POST /models/*:predict", PathModel),
        ("POST /models/*:predictLongRunning", PathModel),
        ("POST /models/*:batchGenerateContent", Batch),
        ("POST /models/*:asyncBatchEmbedContent", Batch),
        ("POST /tunedModels/*:generateContent", Generate),
        ("POST /tunedModels/*:streamGenerateContent", Generate with { AlwaysStreams = true }),
        ("DELETE /tunedModels/*", PathModel),
        ("POST /cachedContents", new ProviderEndpoint { Model = ModelPlace.Body }),
        ("PATCH /cachedContents/*", ProviderEndpoint.Modelless),
        ("DELETE /cachedContents/*", ProviderEndpoint.Modelless),
        ("POST /files", ProviderEndpoint.Modelless),
        ("DELETE /files/*", ProviderEndpoint.Modelless),
        ("POST /batches/*:cancel", ProviderEndpoint.Modelless),
        ("DELETE /batches/*", ProviderEndpoint.Modelless),
        ("POST /auth_tokens", Live));

    // Behind /upload/VERSION: files only, which are for no model.
    private static readonly EndpointTable Uploads = new(
        ("POST /files", ProviderEndpoint.Modelless),
        ("PUT /files", ProviderEndpoint.Modelless));

    public static ProviderEndpoint Find(string method, ReadOnlySpan<char> path)
    {
        // Google's own client writes two slashes when its base has no path.
        if (path.StartsWith(LivePrefix, StringComparison.Ordinal) || (path.Length > 0 && path[1..].StartsWith(LivePrefix, StringComparison.Ordinal)))
        {
            return Live;
        }

        var isUpload = path.StartsWith("/upload/", StringComparison.Ordinal);
        var rest = BehindVersion(isUpload ? path["/upload".Length..] : path);
        return isUpload ? Uploads.Find(method, rest)
            : rest.StartsWith("/openai/", StringComparison.Ordinal) ? OpenAIEndpoints.Table.Find(method, rest["/openai".Length..])
            : Table.Find(method, rest);
    }

    /// <summary>The model before the method's colon; a tuned model with its <c>tunedModels/</c>, so that it is not taken for one of Google's.</summary>
    public static ReadOnlySpan<char> ModelIn(ReadOnlySpan<char> path)
    {
        var start = path.LastIndexOf('/') + 1;
        var colon = path.LastIndexOf(':');
        const string Tuned = "tunedModels/";
        if (path[..start].EndsWith("/" + Tuned, StringComparison.Ordinal))
        {
            start -= Tuned.Length;
        }

        return colon < start ? path[start..] : path[start..colon];
    }

    // "/v1beta/…" → "/…"; empty if it does not begin with a version.
    private static ReadOnlySpan<char> BehindVersion(ReadOnlySpan<char> path)
    {
        if (path.Length < 3 || path[0] != '/' || path[1] != 'v' || !char.IsAsciiDigit(path[2]))
        {
            return default;
        }

        var end = path[1..].IndexOf('/');
        return end < 0 ? default : path[(end + 1)..];
    }
}
