using UltraAI.Gateway.Providers;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("POST /v1/chat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /chat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /v1/%63hat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /v1/completions", "Body", "text_completion", "OpenAIChat")]
    [InlineData("POST /v1/responses", "Body", "chat", "OpenAIResponses")]
    [InlineData("POST /v1/responses/compact", "Body", "chat", "OpenAIResponses")]
    [InlineData("POST /v1/embeddings", "Body", "embeddings", "OpenAIEmbeddings")]
    [InlineData("POST /v1/images/generations", "Body", null, "OpenAIImages")]
    [InlineData("POST /v1/images/edits", "Form", null, "OpenAIImages")]
    [InlineData("POST /v1/images/variations", "Form", null, "OpenAIImages")]
    [InlineData("POST /v1/audio/speech", "Body", null, "None")]
    [InlineData("POST /v1/audio/transcriptions", "Form", null, "OpenAIAudio")]
    [InlineData("POST /v1/audio/translations", "Form", null, "OpenAIAudio")]
    [InlineData("POST /v1/moderations", "Body", null, "None")]
    [InlineData("GET /v1/realtime", "Query", null, "None")]
    [InlineData("POST /v1/files", "Nowhere", null, "None")]
    [InlineData("DELETE /v1/files/file-1", "Nowhere", null, "None")]
    [InlineData("POST /v1/uploads/upload_1/parts", "Nowhere", null, "None")]
    [InlineData("POST /v1/vector_stores/vs_1/search", "Nowhere", null, "None")]
    [InlineData("POST /v1/batches", "Elsewhere", null, "None")]
    [InlineData("POST /v1/batches/batch_1/cancel", "Nowhere", null, "None")]
    [InlineData("POST /v1/fine_tuning/jobs", "Elsewhere", null, "None")]
    [InlineData("POST /v1/evals/eval_1/runs", "Elsewhere", null, "None")]
    [InlineData("POST /v1/realtime/client_secrets", "Elsewhere", null, "None")]
    [InlineData("POST /v1/threads", "Nowhere", null, "None")]
    [InlineData("POST /v1/threads/t/runs", "Body", null, "None")]
    [InlineData("POST /v1/threads/runs", "Body", null, "None")]
    [InlineData("POST /v1/threads/t/runs/r/submit_tool_outputs", "Elsewhere", null, "None")]
    [InlineData("DELETE /v1/models/ft:gpt-4o:x", "Path", null, "None")]
    [InlineData("GET /v1/models", "Nowhere", null, "None")]
    [InlineData("HEAD /v1/anything", "Nowhere", null, "None")]
    [InlineData("POST /v1/organization/users", "Unknown", null, "None")]
    [InlineData("POST /v1/chat/completions/", "Unknown", null, "None")]
    [InlineData("POST /v1/Chat/completions", "Unknown", null, "None")]
    [InlineData("POST /v1/threads/Runs", "Unknown", null, "None")]
    [InlineData("POST /v1/threads/", "Unknown", null, "None")]
    [InlineData("POST /v1//chat/completions", "Unknown", null, "None")]
    [InlineData("POST /v1/chat%2Fcompletions", "Unknown", null, "None")]
    [InlineData("PUT /v1/chat/completions", "Unknown", null, "None")]
    [InlineData("POST ", "Unknown", null, "None")]
    public void OpenAI(string request, string place, string? operation, string usage) => AssertEndpoint(ProviderKinds.OpenAI, request, place, operation, usage);

    [Theory]
    [InlineData("POST /v1/messages", "Body", "chat", "AnthropicMessages")]
    [InlineData("POST /v1/messages/count_tokens", "Body", null, "None")]
    [InlineData("POST /v1/messages/batches", "BatchRequests", null, "None")]
    [InlineData("POST /v1/messages/batches/b/cancel", "Nowhere", null, "None")]
    [InlineData("DELETE /v1/messages/batches/b", "Nowhere", null, "None")]
    [InlineData("GET /v1/messages/batches/b/results", "Nowhere", null, "None")]
    [InlineData("GET /v1/models", "Nowhere", null, "None")]
    [InlineData("POST /v1/files", "Nowhere", null, "None")]
    [InlineData("POST /v1/agents", "Unknown", null, "None")]
    public void Anthropic(string request, string place, string? operation, string usage) => AssertEndpoint(ProviderKinds.Anthropic, request, place, operation, usage);

    [Theory]
    [InlineData("POST /v1beta/models/gemini-2.5-pro:generateContent", "Path", "generate_content", "GoogleGenerateContent")]
    [InlineData("POST /v1/models/gemini-2.5-pro:streamGenerateContent", "Path", "generate_content", "GoogleGenerateContent")]
    [InlineData("POST /v1beta/tunedModels/mine:generateContent", "Path", "generate_content", "GoogleGenerateContent")]
    [InlineData("POST /v1beta/models/e:embedContent", "Path", "embeddings", "None")]
    [InlineData("POST /v1beta/models/e:batchEmbedContents", "Path", "embeddings", "None")]
    [InlineData("POST /v1beta/models/e:countTokens", "Path", null, "None")]
    [InlineData("POST /v1beta/models/e:batchGenerateContent", "Elsewhere", null, "None")]
    [InlineData("POST /v1beta/cachedContents", "Body", null, "None")]
    [InlineData("PATCH /v1beta/cachedContents/c", "Nowhere", null, "None")]
    [InlineData("POST /upload/v1beta/files", "Nowhere", null, "None")]
    [InlineData("PUT /upload/v1beta/files", "Nowhere", null, "None")]
    [InlineData("DELETE /v1beta/files/f", "Nowhere", null, "None")]
    [InlineData("GET /ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent", "Elsewhere", null, "None")]
    [InlineData("GET //ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent", "Elsewhere", null, "None")]
    [InlineData("POST /v1alpha/auth_tokens", "Elsewhere", null, "None")]
    [InlineData("POST /v1beta/openai/chat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /v1beta/openai/embeddings", "Body", "embeddings", "OpenAIEmbeddings")]
    [InlineData("POST /v1beta/openai/batches", "Elsewhere", null, "None")]
    [InlineData("POST /v1beta/interactions", "Unknown", null, "None")]
    [InlineData("POST /models/gemini-2.5-pro:generateContent", "Unknown", null, "None")]
    [InlineData("POST /batch", "Unknown", null, "None")]
    [InlineData("POST /v1beta/models/gemini-2.5-pro", "Unknown", null, "None")]
    [InlineData("POST /upload/v1beta/models/x:generateContent", "Unknown", null, "None")]
    public void Google(string request, string place, string? operation, string usage) => AssertEndpoint(ProviderKinds.Google, request, place, operation, usage);

    [Theory]
    [InlineData("POST /v1/chat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /v1/responses", "Body", "chat", "OpenAIResponses")]
    [InlineData("POST /v1/embeddings", "Body", "embeddings", "OpenAIEmbeddings")]
    [InlineData("POST /together/v1/chat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /novita/v3/openai/chat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /hf-inference/models/gpt2", "Path", null, "None")]
    [InlineData("POST /models/owner/model", "Path", null, "None")]
    [InlineData("POST /hf-inference/models/owner/model/pipeline/feature-extraction", "Path", "embeddings", "None")]
    [InlineData("POST /hf-inference/models/owner/model/v1/chat/completions", "Path", "chat", "OpenAIChat")]
    [InlineData("POST /hf-inference/models/owner/model/other", "Unknown", null, "None")]
    [InlineData("POST /hf-inference/models/", "Unknown", null, "None")]
    [InlineData("POST /fal-ai/flux/dev", "Unknown", null, "None")]
    public void HuggingFace(string request, string place, string? operation, string usage) => AssertEndpoint(ProviderKinds.HuggingFace, request, place, operation, usage);

    [Theory]
    [InlineData("POST /openai/deployments/d/chat/completions", "Path", "chat", "OpenAIChat")]
    [InlineData("POST /openai/deployments/d/embeddings", "Path", "embeddings", "OpenAIEmbeddings")]
    [InlineData("POST /openai/deployments/d/audio/transcriptions", "Path", null, "OpenAIAudio")]
    [InlineData("POST /openai/deployments/d/extensions/chat/completions", "Unknown", null, "None")]
    [InlineData("POST /openai/deployments//chat/completions", "Unknown", null, "None")]
    [InlineData("POST /openai/v1/chat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /openai/responses", "Body", "chat", "OpenAIResponses")]
    [InlineData("POST /openai/files", "Nowhere", null, "None")]
    [InlineData("GET /openai/realtime", "Query", null, "None")]
    [InlineData("GET /openai/v1/realtime", "Query", null, "None")]
    [InlineData("POST /models/chat/completions", "Body", "chat", "OpenAIChat")]
    [InlineData("POST /v1/chat/completions", "Unknown", null, "None")]
    public void AzureOpenAI(string request, string place, string? operation, string usage) => AssertEndpoint(ProviderKinds.AzureOpenAI, request, place, operation, usage);

    [Theory]
    [InlineData("/openai", "/openai/v1/chat/completions")]
    [InlineData("/v1", "/v1/chat/completions")]
    [InlineData("/v1/openai", "/v1/openai/chat/completions")]
    [InlineData("/api/paas/v4", "/api/paas/v4/chat/completions")]
    public void BaseUrlWithAPath_IsNotPartOfTheEndpoint(string basePath, string path)
    {
        Assert.Equal(ModelPlace.Body, ProviderKinds.OpenAI.EndpointOf("POST", path, basePath).Model);
        Assert.Equal(ModelPlace.Unknown, ProviderKinds.OpenAI.EndpointOf("POST", "/elsewhere" + path, basePath).Model);
    }

    [Theory]
    [InlineData("Google", "/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro")]
    [InlineData("Google", "/v1beta/tunedModels/mine:generateContent", "tunedModels/mine")]
    [InlineData("HuggingFace", "/hf-inference/models/owner/model", "owner/model")]
    [InlineData("HuggingFace", "/hf-inference/models/owner/model/pipeline/text-to-image", "owner/model")]
    [InlineData("HuggingFace", "/models/owner/model/v1/chat/completions", "owner/model")]
    [InlineData("HuggingFace", "/hf-inference/models/owner%2Fmodel", "owner%2Fmodel")]
    [InlineData("AzureOpenAI", "/openai/deployments/my-gpt/chat/completions", "my-gpt")]
    public void ModelInPath_IsFound(string kind, string path, string model)
    {
        Assert.Equal(model, ProviderKinds.Find(kind)!.ModelIn("POST", path));
    }

    [Fact]
    public void LookUp_AllocatesNothing()
    {
        var allocated = Allocations.Of(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                ProviderKinds.OpenAI.EndpointOf("POST", "/v1/chat/completions");
                ProviderKinds.OpenAI.EndpointOf("POST", "/v1/threads/t/runs/r/cancel");
            }
        });

        Assert.Equal(0, allocated);
    }

    private static void AssertEndpoint(ProviderKind kind, string request, string place, string? operation, string usage)
    {
        var space = request.IndexOf(' ', StringComparison.Ordinal);
        var endpoint = kind.EndpointOf(request[..space], request.AsSpan(space + 1));

        Assert.Equal((place, operation, usage), (endpoint.Model.ToString(), endpoint.Operation, endpoint.Usage.ToString()));
        Assert.Equal(endpoint.Usage == UsageDialect.OpenAIChat, endpoint.ReportsStreamUsageOnRequest);
        Assert.Equal(endpoint.Model == ModelPlace.Elsewhere, endpoint.Elsewhere is not null);
    }
}
