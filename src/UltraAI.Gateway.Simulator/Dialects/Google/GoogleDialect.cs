using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Dialects.OpenAI;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>The Gemini API, its OpenAI-compatible path included.</summary>
internal sealed class GoogleDialect : ProviderDialect
{
    private const string CompatiblePath = "/openai/";
    private const string BadKey = "API key not valid. Please pass a valid API key.";

    private readonly FilesEndpoint _files = new();

    public GoogleDialect()
    {
        Routes = new RouteTable();
        var generate = new GenerateEndpoint(this);
        var chat = new ChatEndpoint(this, "");
        var compatibleModels = new ModelsEndpoint([.. GoogleModels.Names.Select(name => "models/" + name)], "google");
        foreach (var version in new[] { "v1beta", "v1", "v1alpha" })
        {
            Routes
                .Map("GET", $"/{version}/models", GoogleModels.ListAsync)
                .Map("GET", $"/{version}/models/{{model}}", GoogleModels.GetAsync)
                .Map("POST", $"/{version}/models/{{model}}:generateContent", generate.HandleAsync)
                .Map("POST", $"/{version}/models/{{model}}:streamGenerateContent", generate.StreamAsync)
                .Map("POST", $"/{version}/models/{{model}}:countTokens", GenerateEndpoint.CountTokensAsync)
                .Map("POST", $"/{version}/models/{{model}}:embedContent", EmbedEndpoint.OneAsync)
                .Map("POST", $"/{version}/models/{{model}}:batchEmbedContents", EmbedEndpoint.SeveralAsync)
                .Map("POST", $"/{version}/models/{{model}}:predict", PredictEndpoint.HandleAsync)
                .Map("POST", $"/upload/{version}/files", _files.UploadAsync)
                .Map("PUT", $"/upload/{version}/files", _files.UploadAsync)
                .Map("GET", $"/{version}/files", _files.ListAsync)
                .Map("GET", $"/{version}/files/{{id}}:download", _files.DownloadAsync)
                .Map("GET", $"/{version}/files/{{id}}", _files.GetAsync)
                .Map("DELETE", $"/{version}/files/{{id}}", _files.DeleteAsync)
                .Map("POST", $"/{version}/openai/chat/completions", chat.HandleAsync)
                .Map("POST", $"/{version}/openai/embeddings", EmbeddingsEndpoint.HandleAsync)
                .Map("GET", $"/{version}/openai/models", compatibleModels.ListAsync)
                .Map("GET", $"/ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent", LiveEndpoint.HandleAsync)

                // Google's own client asks for it with two slashes when its base has no path.
                .Map("GET", $"//ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent", LiveEndpoint.HandleAsync);
        }
    }

    public override string Name => "google";

    public override string Credential => "AIzaSySimulated-3c8d1f0a9b7e6254c1d0e9f8a7";

    protected override RouteTable Routes { get; }

    public override ProviderException? CheckCredential(SimulatedCall call)
    {
        var given = IsCompatible(call) ? BearerToken(call) : call.Header("x-goog-api-key");
        if (given == Credential || _files.IsKnownSession(call))
        {
            return null;
        }

        return string.IsNullOrEmpty(given) && !IsCompatible(call)
            ? new ProviderException(403, "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.")
            : new ProviderException(400, BadKey, "API_KEY_INVALID");
    }

    public override void AddHeaders(SimulatedCall call)
    {
        var headers = call.Context.Response.Headers;
        headers.Vary = new(["Origin", "X-Origin", "Referer"]);
        headers["x-xss-protection"] = "0";
        headers["x-frame-options"] = "SAMEORIGIN";
        headers["x-content-type-options"] = "nosniff";
        headers["server-timing"] = $"gfet4t7; dur={200 + (Fnv.Hash(call.Record.RawTarget) % 500)}";
        headers.AltSvc = "h3=\":443\"; ma=2592000,h3-29=\":443\"; ma=2592000";
    }

    public override Task WriteErrorAsync(SimulatedCall call, ProviderException error) => call.Answer.BytesAsync(
        Json.Bytes(IsCompatible(call) ? Json.Array(GoogleError.Create(error)) : GoogleError.Create(error), indented: true),
        "application/json; charset=UTF-8",
        error.Status);

    public override byte[] StreamError() => [.. "data: "u8, .. Json.Bytes(GoogleError.Create(ErrorFor(503))), .. "\r\n\r\n"u8];

    public override ProviderException ErrorFor(int status) => status switch
    {
        401 => new ProviderException(401, "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential."),
        403 => new ProviderException(403, "The caller does not have permission"),
        404 => new ProviderException(404, "Requested entity was not found."),
        429 => new ProviderException(429, "You exceeded your current quota, please check your plan and billing details.", "QUOTA"),
        503 => new ProviderException(503, "The model is overloaded. Please try again later."),
        504 => new ProviderException(504, "The request timed out. Please try again."),
        >= 500 => new ProviderException(status, "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"),
        _ => new ProviderException(status, "Request contains an invalid argument."),
    };

    public override ProviderException UnknownModel(string model) =>
        new(404, $"models/{model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.");

    public override string? FindModel(SimulatedCall call)
    {
        const string Marker = "/models/";
        var path = Uri.UnescapeDataString(call.Record.Path);
        var start = path.IndexOf(Marker, StringComparison.Ordinal);
        if (start >= 0)
        {
            return path[(start + Marker.Length)..].Split(':')[0];
        }

        return base.FindModel(call) is { } model ? model.StartsWith("models/", StringComparison.Ordinal) ? model["models/".Length..] : model : null;
    }

    protected override ProviderException UnknownPath(SimulatedCall call, bool wrongMethod) => new(404, "Requested entity was not found.");

    private static bool IsCompatible(SimulatedCall call) => call.Record.Path.Contains(CompatiblePath, StringComparison.Ordinal);
}
