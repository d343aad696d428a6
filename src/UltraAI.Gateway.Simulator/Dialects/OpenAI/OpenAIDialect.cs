using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>OpenAI's API.</summary>
internal sealed class OpenAIDialect : ProviderDialect
{
    private static readonly string[] Models =
    [
        "gpt-5.2", "gpt-5.1", "gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini", "o3", "o4-mini",
        "gpt-realtime", "gpt-4o-realtime-preview", "text-embedding-3-small", "text-embedding-3-large", "gpt-image-1", "gpt-4o-mini-tts", "whisper-1",
        "gpt-4o-transcribe", "omni-moderation-latest",
    ];

    public OpenAIDialect()
    {
        var files = new FilesEndpoint(this);
        var uploads = new UploadsEndpoint(this, files);
        var batches = new BatchesEndpoint(this, files);
        var responses = new ResponsesEndpoint(this);
        var models = new ModelsEndpoint(Models, "system");
        Routes = new RouteTable()
            .Map("GET", "/v1/models", models.ListAsync)
            .Map("GET", "/v1/models/{model}", models.GetAsync)
            .Map("POST", "/v1/chat/completions", new ChatEndpoint(this, "chatcmpl-").HandleAsync)
            .Map("POST", "/v1/completions", new CompletionsEndpoint(this).HandleAsync)
            .Map("POST", "/v1/responses", responses.CreateAsync)
            .Map("GET", "/v1/responses/{id}", responses.GetAsync)
            .Map("DELETE", "/v1/responses/{id}", responses.DeleteAsync)
            .Map("POST", "/v1/embeddings", EmbeddingsEndpoint.HandleAsync)
            .Map("POST", "/v1/images/generations", ImagesEndpoint.HandleAsync)
            .Map("POST", "/v1/images/edits", ImagesEndpoint.HandleAsync)
            .Map("POST", "/v1/audio/speech", AudioEndpoint.SpeechAsync)
            .Map("POST", "/v1/audio/transcriptions", AudioEndpoint.TranscriptionAsync)
            .Map("POST", "/v1/audio/translations", AudioEndpoint.TranscriptionAsync)
            .Map("POST", "/v1/moderations", new ModerationsEndpoint(this).HandleAsync)
            .Map("POST", "/v1/files", files.UploadAsync)
            .Map("GET", "/v1/files", files.ListAsync)
            .Map("GET", "/v1/files/{id}", files.GetAsync)
            .Map("GET", "/v1/files/{id}/content", files.ContentAsync)
            .Map("DELETE", "/v1/files/{id}", files.DeleteAsync)
            .Map("POST", "/v1/uploads", uploads.CreateAsync)
            .Map("POST", "/v1/uploads/{id}/parts", uploads.AddPartAsync)
            .Map("POST", "/v1/uploads/{id}/complete", uploads.CompleteAsync)
            .Map("POST", "/v1/uploads/{id}/cancel", uploads.CancelAsync)
            .Map("POST", "/v1/batches", batches.CreateAsync)
            .Map("GET", "/v1/batches", batches.ListAsync)
            .Map("GET", "/v1/batches/{id}", batches.GetAsync)
            .Map("POST", "/v1/batches/{id}/cancel", batches.CancelAsync)
            .Map("GET", "/v1/organization/users", OrganizationEndpoint.UsersAsync)
            .Map("GET", "/v1/realtime", new RealtimeEndpoint(this).HandleAsync);
    }

    public override string Name => "openai";

    public override string Credential => "sk-simulated-openai-2b7e151628aed2a6abf7158809cf4f3c";

    protected override RouteTable Routes { get; }

    public override ProviderException? CheckCredential(SimulatedCall call)
    {
        var given = BearerToken(call) ?? RealtimeEndpoint.SubprotocolKey(call);
        return given == Credential
            ? null
            : given is null
                ? new ProviderException(401, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from https://platform.openai.com/account/api-keys.")
                : new ProviderException(401, $"Incorrect API key provided: {Mask(given)}. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_api_key");
    }

    public override void AddHeaders(SimulatedCall call)
    {
        var headers = call.Context.Response.Headers;
        headers["x-request-id"] = NewHexId(call);
        headers["openai-organization"] = "org-simulated";
        headers["openai-project"] = "proj_simulated";
        headers["openai-version"] = "2020-10-01";
        headers["openai-processing-ms"] = (120 + (Fnv.Hash(call.Record.RawTarget) % 400)).ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-limit-requests"] = "10000";
        headers["x-ratelimit-limit-tokens"] = "2000000";
        headers["x-ratelimit-remaining-requests"] = "9999";
        headers["x-ratelimit-remaining-tokens"] = "1999950";
        headers["x-ratelimit-reset-requests"] = "6ms";
        headers["x-ratelimit-reset-tokens"] = "1ms";
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains; preload";
        headers["x-content-type-options"] = "nosniff";
        headers["cf-cache-status"] = "DYNAMIC";
        headers.AltSvc = "h3=\":443\"; ma=86400";
    }

    public override Task WriteErrorAsync(SimulatedCall call, ProviderException error) => call.Answer.JsonAsync(Error(error), error.Status);

    public override byte[] StreamError() => Sse.Data(Error(ErrorFor(500)));

    public override ProviderException ErrorFor(int status) => status switch
    {
        401 => new ProviderException(401, "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_api_key"),
        403 => new ProviderException(403, "Country, region, or territory not supported", "unsupported_country_region_territory"),
        404 => new ProviderException(404, "The requested resource was not found."),
        429 => new ProviderException(429, "Rate limit reached for requests. Please try again later.", "rate_limit_exceeded"),
        503 => new ProviderException(503, "The server is currently overloaded with other requests. Sorry about that! You can retry your request."),
        >= 500 => new ProviderException(status, "The server had an error while processing your request. Sorry about that!"),
        _ => new ProviderException(status, "The request was refused."),
    };

    public override ProviderException UnknownModel(string model) =>
        new(404, $"The model `{model}` does not exist or you do not have access to it.", "model_not_found");

    public override string? FindModel(SimulatedCall call) =>
        base.FindModel(call) ?? MultipartBody.Parse(call).FirstOrDefault(part => part.Name == "model")?.Text;

    protected override ProviderException UnknownPath(SimulatedCall call, bool wrongMethod) => wrongMethod
        ? new ProviderException(405, $"Not allowed to {call.Record.Method} on {call.Record.Path}.", "method_not_supported")
        : new ProviderException(404, $"Invalid URL ({call.Record.Method} {call.Record.Path})");

    private static JsonObject Error(ProviderException error) => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = error.Message,
            ["type"] = error.Status switch
            {
                403 => "request_forbidden",
                429 => error.Code == "insufficient_quota" ? "insufficient_quota" : "requests",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            },
            ["param"] = error.Parameter,
            ["code"] = error.Code,
        },
    };

    private static string Mask(string key) => key.Length <= 12 ? new string('*', key.Length) : key[..8] + new string('*', key.Length - 12) + key[^4..];
}
