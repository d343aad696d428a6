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

            tokens += OutputTokens(call, request, reply.OutputTokens);
            candidates.Add((JsonNode)Decoys.In(call, Candidate(parts, Finish(call, reply), index)));
        }

        var usage = Count(call, request, tokens);
        call.Record.SetUsage(usage, isReported: !call.Behaviour.OmitUsage);
        return call.Answer.JsonAsync(Frame(request, dialect.NewId(call, "", 22), candidates, Usage(call, usage)));
    }

    public async Task StreamAsync(SimulatedCall call)
    {
        var request = GenerateRequest.Read(call, call.JsonBody(), call.RouteValues["model"]);
        var reply = Reply.Create(call, request.Prompt, request.Structured, request.MaxTokens);
        var stream = new GenerateStream(call, dialect.NewId(call, "", 22), request.Prompt.Model);
        await stream.StartAsync();
        foreach (var part in OpeningParts(call, request))
        {
            await stream.SendAsync(Candidate(Json.Array(part?.DeepClone()), null), Usage(call, Count(call, request, 0, isRunning: true)));
        }

        if (request.Tool is null)
        {
            var bytes = 0;
            foreach (var piece in reply.Pieces)
            {
                bytes += Encoding.UTF8.GetByteCount(piece);
                await stream.SendAsync(Decoys.In(call, Candidate(Json.Array(new JsonObject { ["text"] = piece }), null)), Usage(call, Count(call, request, Tokens.Count(bytes), isRunning: true)));
            }
        }

        var last = Candidate(Json.Array(new JsonObject { ["text"] = "" }), Finish(call, reply));
        var usage = Count(call, request, OutputTokens(call, request, reply.StreamedTokens));
        call.Record.SetUsage(usage, isReported: !call.Behaviour.OmitUsage);
        await stream.SendAsync(last, Usage(call, usage));
        await stream.EndAsync();
    }

    private static string Finish(SimulatedCall call, Reply reply) => call.Behaviour.FinishReason ?? (call.Behaviour.Refusal is not null ? "SAFETY" : reply.IsTruncated ? "MAX_TOKENS" : "STOP");

    private static int OutputTokens(SimulatedCall call, GenerateRequest request, int textTokens) =>
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

    /// <summary>What was used, or, while the answer is running, so far.</summary>
    private static SimulatedUsage Count(SimulatedCall call, GenerateRequest request, int output, bool isRunning = false)
    {
        var counted = new SimulatedUsage
        {
            Input = call.Behaviour.InputTokens ?? request.Prompt.InputTokens,
            CachedInput = call.Behaviour.CachedTokens ?? 0,
            Output = output + request.ThoughtTokens,
            Reasoning = request.ThoughtTokens,
        };
        var usage = call.Usage(counted) with { CacheWrite5m = 0, CacheWrite1h = 0 };
        return isRunning && usage.Output > 0 ? usage with { Output = Math.Min(usage.Output, usage.Reasoning + output), AudioOutput = 0, ImageOutput = 0 } : usage;
    }

    private static JsonObject? Usage(SimulatedCall call, SimulatedUsage counted)
    {
        if (call.Behaviour.OmitUsage)
        {
            return null;
        }

        var candidates = counted.Output - counted.Reasoning;
        var usage = new JsonObject
        {
            ["promptTokenCount"] = counted.Input,
            ["candidatesTokenCount"] = candidates,
            ["totalTokenCount"] = counted.Input + counted.Output,
            ["promptTokensDetails"] = Modalities(counted.Input, counted.AudioInput),
        };
        if (counted.AudioOutput + counted.ImageOutput > 0)
        {
            usage["candidatesTokensDetails"] = Modalities(candidates, counted.AudioOutput, counted.ImageOutput);
        }

        if (counted.CachedInput > 0)
        {
            usage["cachedContentTokenCount"] = counted.CachedInput;
        }

        if (counted.Reasoning > 0)
        {
            usage["thoughtsTokenCount"] = counted.Reasoning;
        }

        return usage;
    }

    private static JsonObject Frame(GenerateRequest request, string id, JsonArray candidates, JsonObject? usage) =>
        GenerateStream.Frame(candidates, usage, request.Prompt.Model, id);

    private static JsonArray Modalities(long all, long audio = 0, long image = 0)
    {
        var details = Json.Array(TextTokens(all - audio - image));
        foreach (var (modality, count) in new[] { ("AUDIO", audio), ("IMAGE", image) })
        {
            if (count > 0)
            {
                details.Add((JsonNode)new JsonObject { ["modality"] = modality, ["tokenCount"] = count });
            }
        }

        return details;
    }

    private static JsonObject TextTokens(long count) => new() { ["modality"] = "TEXT", ["tokenCount"] = count };
}
