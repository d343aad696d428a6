using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>Anthropic's API.</summary>
internal sealed class AnthropicDialect : ProviderDialect
{
    public AnthropicDialect()
    {
        var messages = new MessagesEndpoint(this);
        var batches = new MessageBatchesEndpoint(this, messages);
        var files = new FilesEndpoint(this);
        Routes = new RouteTable()
            .Map("POST", "/v1/messages", messages.HandleAsync)
            .Map("POST", "/v1/messages/count_tokens", MessagesEndpoint.CountTokensAsync)
            .Map("GET", "/v1/models", ModelsEndpoint.ListAsync)
            .Map("GET", "/v1/models/{model}", ModelsEndpoint.GetAsync)
            .Map("POST", "/v1/messages/batches", batches.CreateAsync)
            .Map("GET", "/v1/messages/batches", batches.ListAsync)
            .Map("GET", "/v1/messages/batches/{id}", batches.GetAsync)
            .Map("DELETE", "/v1/messages/batches/{id}", batches.DeleteAsync)
            .Map("POST", "/v1/messages/batches/{id}/cancel", batches.CancelAsync)
            .Map("GET", "/v1/messages/batches/{id}/results", batches.ResultsAsync)
            .Map("POST", "/v1/files", files.UploadAsync)
            .Map("GET", "/v1/files", files.ListAsync)
            .Map("GET", "/v1/files/{id}", files.GetAsync)
            .Map("GET", "/v1/files/{id}/content", files.ContentAsync)
            .Map("DELETE", "/v1/files/{id}", files.DeleteAsync)
            .Map("GET", "/v1/organizations/users", OrganizationEndpoint.UsersAsync);
    }

    public override string Name => "anthropic";

    public override string Credential => "sk-ant-simulated-8f1d3c5ba7e94260b3d8f5a1c7e90246";

    public override int OverloadedStatus => 529;

    protected override RouteTable Routes { get; }

    public override ProviderException? CheckCredential(SimulatedCall call)
    {
        if (call.Header("x-api-key") != Credential)
        {
            return new ProviderException(401, (call.Header("x-api-key"), call.Header("Authorization")) switch
            {
                ({ Length: > 0 }, _) => "invalid x-api-key",
                (_, { Length: > 0 }) => "Invalid bearer token",
                _ => "x-api-key header is required",
            });
        }

        return call.Header("anthropic-version").Length == 0 ? new ProviderException(400, "anthropic-version: header is required") : null;
    }

    public override void AddHeaders(SimulatedCall call)
    {
        var headers = call.Context.Response.Headers;
        var reset = call.UtcTime;
        headers["request-id"] = NewId(call, "req_011C");
        headers["anthropic-organization-id"] = "5b3a2c1d-0000-4000-8000-51a1b2c3d4e5";
        foreach (var (kind, limit) in new[] { ("requests", 4000), ("tokens", 480_000), ("input-tokens", 400_000), ("output-tokens", 80_000) })
        {
            headers[$"anthropic-ratelimit-{kind}-limit"] = limit.ToString(CultureInfo.InvariantCulture);
            headers[$"anthropic-ratelimit-{kind}-remaining"] = (limit - 1).ToString(CultureInfo.InvariantCulture);
            headers[$"anthropic-ratelimit-{kind}-reset"] = reset;
        }

        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains; preload";
        headers["x-robots-tag"] = "none";
        headers["cf-cache-status"] = "DYNAMIC";
    }

    public override Task WriteErrorAsync(SimulatedCall call, ProviderException error)
    {
        call.Context.Response.Headers["x-should-retry"] = error.Status is 408 or 409 or 429 or >= 500 ? "true" : "false";
        var body = Error(error);
        body["request_id"] = call.Context.Response.Headers["request-id"].ToString();
        return call.Answer.JsonAsync(body, error.Status);
    }

    public override byte[] StreamError() => Sse.Event("error", Error(ErrorFor(529)));

    public override ProviderException ErrorFor(int status) => new(status, status switch
    {
        401 => "invalid x-api-key",
        403 => "Your API key does not have permission to use the specified resource.",
        404 => "Not found",
        413 => "Request exceeds the maximum size",
        429 => "This request would exceed your organization's rate limit. Please try again later.",
        529 => "Overloaded",
        >= 500 => "Internal server error",
        _ => "The request was refused.",
    });

    public override ProviderException UnknownModel(string model) => new(404, $"model: {model}");

    protected override ProviderException UnknownPath(SimulatedCall call, bool wrongMethod) =>
        wrongMethod ? new ProviderException(405, "Method Not Allowed") : new ProviderException(404, "Not Found");

    private static JsonObject Error(ProviderException error) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject
        {
            ["type"] = error.Status switch
            {
                401 => "authentication_error",
                402 => "billing_error",
                403 => "permission_error",
                404 => "not_found_error",
                413 => "request_too_large",
                429 => "rate_limit_error",
                504 => "timeout_error",
                529 => "overloaded_error",
                >= 500 => "api_error",
                _ => "invalid_request_error",
            },
            ["message"] = error.Message,
        },
    };
}
