using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Dialects.OpenAI;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.HuggingFace;

/// <summary>POST /hf-inference/models/…: the task follows from the path, the media types and the model's name.</summary>
internal sealed class InferenceEndpoint(ProviderDialect dialect)
{
    private const string Prefix = "/hf-inference/models/";
    private const int DefaultDimensions = 384;

    private static readonly string[] Suffixes =
        ["/v1/chat/completions", "/v1/completions", "/pipeline/feature-extraction", "/pipeline/sentence-similarity", "/pipeline/text-to-image"];

    private readonly ChatEndpoint _chat = new(dialect, "chatcmpl-");
    private readonly CompletionsEndpoint _completions = new(dialect);

    /// <summary>The model of a path, if it is one of this endpoint.</summary>
    public static string? ModelOf(string path)
    {
        var decoded = Uri.UnescapeDataString(path);
        if (!decoded.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var model = decoded[Prefix.Length..];
        return SuffixOf(model) is { } suffix ? model[..^suffix.Length] : model;
    }

    public Task HandleAsync(SimulatedCall call)
    {
        var model = ModelOf(call.Record.Path) ?? "";
        return SuffixOf(call.RouteValues["path"]) switch
        {
            "/v1/chat/completions" => _chat.HandleAsync(call),
            "/v1/completions" => _completions.HandleAsync(call),
            "/pipeline/feature-extraction" => FeaturesAsync(call, model),
            "/pipeline/sentence-similarity" => SimilarityAsync(call),
            "/pipeline/text-to-image" => call.Answer.BytesAsync(SampleMedia.Png(), "image/png"),
            _ when IsPicture(call, model) => call.Answer.BytesAsync(SampleMedia.Png(), "image/png"),
            _ when IsSound(call, model) => call.Answer.JsonAsync(new JsonObject { ["text"] = call.Behaviour.Text ?? $"This is a recording of {call.Record.BodyLength} bytes." }),
            _ => GenerateAsync(call, model),
        };
    }

    private static async Task GenerateAsync(SimulatedCall call, string model)
    {
        var body = call.JsonBody();
        var prompt = new Prompt(model);
        prompt.AddTurn(isUser: true, body["inputs"] ?? throw new ProviderException(422, "Failed to deserialize the JSON body into the target type: missing field `inputs`"));
        var reply = Reply.Create(call, prompt, structured: null, body.Object("parameters").Int("max_new_tokens"));
        if (!body.Flag("stream"))
        {
            await call.Answer.JsonAsync(Json.Array(new JsonObject { ["generated_text"] = reply.Text }));
            return;
        }

        await call.Answer.StartAsync(Sse.ContentType);
        var index = 0;
        foreach (var piece in reply.Pieces)
        {
            await call.Answer.ChunkAsync(Sse.Data(Token(index++, piece, isSpecial: false)));
        }

        var last = Token(index, "</s>", isSpecial: true);
        last["generated_text"] = reply.StreamedText;
        await call.Answer.ChunkAsync(Sse.Data(last));
        await call.Answer.EndAsync();
    }

    private static JsonObject Token(int index, string text, bool isSpecial) => new()
    {
        ["index"] = index,
        ["token"] = new JsonObject { ["id"] = (int)(Fnv.Hash(text) % 32_000), ["text"] = text, ["logprob"] = -0.1, ["special"] = isSpecial },
        ["generated_text"] = null,
        ["details"] = null,
    };

    private static Task FeaturesAsync(SimulatedCall call, string model)
    {
        JsonArray Vector(JsonNode? text) => Json.Array(UnitVector.Of(model + "\n" + text.AsText(), DefaultDimensions).Select(value => JsonValue.Create(value)));
        var inputs = call.JsonBody()["inputs"];
        return call.Answer.JsonAsync(inputs is JsonArray several ? Json.Array(several.Select(Vector)) : Vector(inputs));
    }

    private static Task SimilarityAsync(SimulatedCall call)
    {
        var inputs = call.JsonBody().Object("inputs");
        var source = UnitVector.Of(inputs.String("source_sentence") ?? "", DefaultDimensions);
        var scores = (inputs.List("sentences") ?? []).Select(sentence => UnitVector.Of(sentence.AsText() ?? "", DefaultDimensions).Zip(source, (a, b) => (double)a * b).Sum());
        return call.Answer.JsonAsync(Json.Array(scores.Select(score => JsonValue.Create(Math.Round(score, 6)))));
    }

    private static bool IsPicture(SimulatedCall call, string model) =>
        call.Header("Accept").StartsWith("image/", StringComparison.Ordinal) || Names(model, "flux", "diffusion", "sdxl");

    private static bool IsSound(SimulatedCall call, string model) =>
        call.Context.Request.ContentType?.StartsWith("audio/", StringComparison.Ordinal) == true || Names(model, "whisper");

    private static bool Names(string model, params string[] words) => words.Any(word => model.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string? SuffixOf(string path) => Array.Find(Suffixes, suffix => path.EndsWith(suffix, StringComparison.Ordinal));
}
