using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>generateContent, streamGenerateContent and countTokens.</summary>
internal sealed class GenerateEndpoint(ProviderDialect dialect)
{
    private const string Thought = "The question has one main point; the answer should begin with it.";

    public static Task CountTokensAsync(SimulatedCall call)
    {
        var body = call.JsonBody();
        var request = GenerateRequest.Read(call, GenerateRequest.Field(body, "generateContentRequest") as JsonObject ?? body, call.RouteValues["model"]);
        var tokens = call.Behaviour.InputTokens ?? request.Prompt.InputTokens;
        return call.Answer.JsonAsync(new JsonObject { ["totalTokens"] = tokens, ["promptTokensDetails"] = Json.Array(TextTokens(tokens)) });
    }

    public Task HandleAsync(SimulatedCall call)
    {
        var request = GenerateRequest.Read(call, call.JsonBody(), call.RouteValues["model"]);
        var candidates = new JsonArray();
        var tokens = 0;
        for (var index = 0; index < request.Candidates; index++)
        {
            var reply = Reply.Create(call, request.Prompt, request.Structured, request.MaxTokens, index);
            var parts = OpeningParts(call, request);
            if (request.Tool is null)
            {
                parts.Add((JsonNode)new JsonObject { ["text"] = reply.Text });
            }

            tokens += Count(call, request, reply.OutputTokens);
            candidates.Add((JsonNode)Candidate(parts, Finish(call, reply), index));
        }

        return call.Answer.JsonAsync(Frame(request, dialect.NewId(call, "", 22), candidates, Usage(call, request, tokens)));
    }

    public async Task StreamAsync(SimulatedCall call)
    {
        var request = GenerateRequest.Read(call, call.JsonBody(), call.RouteValues["model"]);
        var reply = Reply.Create(call, request.Prompt, request.Structured, request.MaxTokens);
        var stream = new GenerateStream(call, dialect.NewId(call, "", 22), request.Prompt.Model);
        await stream.StartAsync();
        foreach (var part in OpeningParts(call, request))
        {
            await stream.SendAsync(Candidate(Json.Array(part?.DeepClone()), null), Usage(call, request, 0));
        }

        if (request.Tool is null)
        {
            var bytes = 0;
            foreach (var piece in reply.Pieces)
            {
                bytes += Encoding.UTF8.GetByteCount(piece);
                await stream.SendAsync(Candidate(Json.Array(new JsonObject { ["text"] = piece }), null), Usage(call, request, Tokens.Count(bytes)));
            }
        }

        var last = Candidate(Json.Array(new JsonObject { ["text"] = "" }), Finish(call, reply));
        await stream.SendAsync(last, Usage(call, request, Count(call, request, reply.StreamedTokens)));
        await stream.EndAsync();
    }

    private static string Finish(SimulatedCall call, Reply reply) => call.Behaviour.FinishReason ?? (call.Behaviour.Refusal is not null ? "SAFETY" : reply.IsTruncated ? "MAX_TOKENS" : "STOP");

    private static int Count(SimulatedCall call, GenerateRequest request, int textTokens) =>
        call.Behaviour.OutputTokens ?? (request.Tool is null ? textTokens : Tokens.Count(Json.Text(request.Arguments())));

    /// <summary>What comes before the text: a thought, a picture, or a function call instead of text.</summary>
    private JsonArray OpeningParts(SimulatedCall call, GenerateRequest request)
    {
        var parts = new JsonArray();
        if (request.IncludesThoughts)
        {
            parts.Add((JsonNode)new JsonObject { ["text"] = Thought, ["thought"] = true });
        }

        if (request.Tool is { } tool)
        {
            var functionCall = new JsonObject { ["name"] = tool.String("name"), ["args"] = request.Arguments() };
            parts.Add((JsonNode)new JsonObject { ["functionCall"] = functionCall, ["thoughtSignature"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(dialect.NewId(call, "", 30))) });
        }
        else if (request.Prompt.Model.Contains("image", StringComparison.Ordinal))
        {
            parts.Add((JsonNode)new JsonObject { ["inlineData"] = new JsonObject { ["mimeType"] = "image/png", ["data"] = SampleMedia.PngBase64 } });
        }

        return parts;
    }

    private static JsonObject Candidate(JsonArray parts, string? finish, int index = 0)
    {
        var candidate = new JsonObject { ["content"] = new JsonObject { ["parts"] = parts, ["role"] = "model" } };
        if (finish is not null)
        {
            candidate["finishReason"] = finish;
        }

        candidate["index"] = index;
        return candidate;
    }

    private static JsonObject? Usage(SimulatedCall call, GenerateRequest request, int output)
    {
        if (call.Behaviour.OmitUsage)
        {
            return null;
        }

        var input = call.Behaviour.InputTokens ?? request.Prompt.InputTokens;
        var usage = new JsonObject
        {
            ["promptTokenCount"] = input,
            ["candidatesTokenCount"] = output,
            ["totalTokenCount"] = input + output + request.ThoughtTokens,
            ["promptTokensDetails"] = Json.Array(TextTokens(input)),
        };
        if (call.Behaviour.CachedTokens is { } cached)
        {
            usage["cachedContentTokenCount"] = cached;
        }

        if (request.ThoughtTokens > 0)
        {
            usage["thoughtsTokenCount"] = request.ThoughtTokens;
        }

        return usage;
    }

    private static JsonObject Frame(GenerateRequest request, string id, JsonArray candidates, JsonObject? usage) =>
        GenerateStream.Frame(candidates, usage, request.Prompt.Model, id);

    private static JsonObject TextTokens(int count) => new() { ["modality"] = "TEXT", ["tokenCount"] = count };
}
