using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Dialects.OpenAI;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.HuggingFace;

/// <summary>HuggingFace's router: chat in OpenAI's form, and tasks by model under /hf-inference.</summary>
internal sealed class HuggingFaceDialect : ProviderDialect
{
    private static readonly string[] Models =
    [
        "meta-llama/Llama-3.3-70B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen3-235B-A22B-Instruct-2507", "deepseek-ai/DeepSeek-V3.2",
        "openai/gpt-oss-120b", "openai/gpt-oss-20b", "moonshotai/Kimi-K2-Instruct", "zai-org/GLM-4.6",
    ];

    private readonly InferenceEndpoint _inference;

    public HuggingFaceDialect()
    {
        _inference = new InferenceEndpoint(this);
        Routes = new RouteTable()
            .Map("GET", "/v1/models", ListModelsAsync)
            .Map("POST", "/v1/chat/completions", new ChatEndpoint(this, "chatcmpl-").HandleAsync)
            .Map("POST", "/v1/completions", new CompletionsEndpoint(this).HandleAsync)
            .Map("POST", "/v1/responses", new ResponsesEndpoint(this).CreateAsync)
            .Map("POST", "/v1/embeddings", EmbeddingsEndpoint.HandleAsync)
            .Map("POST", "/hf-inference/models/{**path}", _inference.HandleAsync);
    }

    public override string Name => "huggingface";

    public override string Credential => "hf_SimulatedQwErTyUiOpAsDfGhJkLzXcVb";

    protected override RouteTable Routes { get; }

    public override ProviderException? CheckCredential(SimulatedCall call) =>
        BearerToken(call) == Credential ? null : new ProviderException(401, "Invalid username or password.");

    public override void AddHeaders(SimulatedCall call)
    {
        var headers = call.Context.Response.Headers;
        headers["x-request-id"] = NewHexId(call, "Root=1-");
        headers["x-inference-provider"] = "simulated";
        headers["x-powered-by"] = "huggingface-moon";
        headers["cross-origin-opener-policy"] = "same-origin";
        headers["referrer-policy"] = "strict-origin-when-cross-origin";
    }

    public override Task WriteErrorAsync(SimulatedCall call, ProviderException error) => call.Answer.JsonAsync(Error(error), error.Status);

    public override byte[] StreamError() => Sse.Data(Error(ErrorFor(500)));

    public override ProviderException ErrorFor(int status) => new(status, status switch
    {
        401 => "Invalid username or password.",
        402 => "You have exceeded your monthly included credits for Inference Providers.",
        403 => "This authentication method does not have sufficient permissions to call Inference Providers.",
        404 => "Not Found",
        429 => "You have reached the rate limit. Please try again later.",
        503 => "Service Unavailable",
        >= 500 => "Internal Server Error",
        _ => "The request was refused.",
    });

    public override ProviderException UnknownModel(string model) => new(404, $"The requested model '{model}' does not exist");

    public override string? FindModel(SimulatedCall call) => base.FindModel(call) ?? InferenceEndpoint.ModelOf(call.Record.Path);

    protected override ProviderException UnknownPath(SimulatedCall call, bool wrongMethod) =>
        wrongMethod ? new ProviderException(405, "Method Not Allowed") : new ProviderException(404, "Not Found");

    private static JsonObject Error(ProviderException error) => new() { ["error"] = error.Message };

    private static Task ListModelsAsync(SimulatedCall call) => call.Answer.JsonAsync(new JsonObject
    {
        ["object"] = "list",
        ["data"] = Json.Array(Models.Select(model => new JsonObject
        {
            ["id"] = model,
            ["object"] = "model",
            ["created"] = 1_754_000_000,
            ["owned_by"] = model.Split('/')[0],
            ["providers"] = Json.Array(new JsonObject
            {
                ["provider"] = "simulated",
                ["status"] = "live",
                ["context_length"] = 131_072,
                ["supports_tools"] = true,
                ["supports_structured_output"] = true,
            }),
        })),
    });
}
