using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>POST /v1/audio/speech and /v1/audio/transcriptions.</summary>
internal static class AudioEndpoint
{
    private const int SoundPieceBytes = 1024;

    public static async Task SpeechAsync(SimulatedCall call)
    {
        var body = call.JsonBody();
        var text = body.String("input") ?? throw new ProviderException(400, "Missing required parameter: 'input'.", "missing_required_parameter", "input");
        await call.Answer.StartAsync(body.String("response_format") switch
        {
            "wav" => "audio/wav",
            "opus" => "audio/opus",
            "pcm" => "audio/pcm",
            "flac" => "audio/flac",
            "aac" => "audio/aac",
            _ => "audio/mpeg",
        });
        foreach (var piece in SampleMedia.Sound(text).Chunk(SoundPieceBytes))
        {
            await call.Answer.ChunkAsync(piece);
        }

        await call.Answer.EndAsync();
    }

    public static Task TranscriptionAsync(SimulatedCall call)
    {
        var parts = MultipartBody.Parse(call);
        var file = parts.FirstOrDefault(part => part.Name == "file") ?? throw new ProviderException(400, "Missing required parameter: 'file'.", "missing_required_parameter", "file");
        var text = call.Behaviour.Text ?? string.Create(CultureInfo.InvariantCulture, $"This is a recording of {file.Length} bytes named {file.FileName}.");
        string? Field(string name) => parts.FirstOrDefault(part => part.Name == name)?.Text;
        if (Field("stream") == "true")
        {
            return StreamAsync(call, file, text);
        }

        var answer = new JsonObject { ["text"] = text };
        switch (Field("response_format"))
        {
            case "text" or "srt" or "vtt":
                return call.Answer.BytesAsync(Encoding.UTF8.GetBytes(text + "\n"), "text/plain; charset=utf-8");
            case "verbose_json":
                answer["task"] = "transcribe";
                answer["language"] = "english";
                answer["duration"] = 1.5;
                answer["segments"] = new JsonArray();
                break;
            default:
                answer["usage"] = Usage(call, file, text);
                break;
        }

        return call.Answer.JsonAsync(answer);
    }

    private static async Task StreamAsync(SimulatedCall call, MultipartPart file, string text)
    {
        await call.Answer.StartAsync(Sse.ContentType);
        foreach (var piece in TextPieces.Cut(text, call.Behaviour.Chunks))
        {
            await call.Answer.ChunkAsync(Sse.Data(new JsonObject { ["type"] = "transcript.text.delta", ["delta"] = piece }));
        }

        await call.Answer.ChunkAsync(Sse.Data(new JsonObject { ["type"] = "transcript.text.done", ["text"] = text, ["usage"] = Usage(call, file, text) }));
        await call.Answer.ChunkAsync(Sse.Done);
        await call.Answer.EndAsync();
    }

    private static JsonObject Usage(SimulatedCall call, MultipartPart file, string text)
    {
        if (call.Record.Model?.Contains("whisper", StringComparison.Ordinal) == true)
        {
            call.Record.SetUsage(new SimulatedUsage(), isReported: true);
            return new JsonObject { ["type"] = "duration", ["seconds"] = (file.Length / 1024) + 1 };
        }

        var input = call.Behaviour.InputTokens ?? (file.Length / 1024) + 1;
        var counted = call.Usage(new SimulatedUsage { Input = input, AudioInput = input, Output = call.Behaviour.OutputTokens ?? Tokens.Count(text) });
        var usage = new SimulatedUsage { Input = counted.Input, AudioInput = counted.AudioInput, Output = counted.Output };
        call.Record.SetUsage(usage, isReported: true);
        return new JsonObject
        {
            ["type"] = "tokens",
            ["input_tokens"] = usage.Input,
            ["input_token_details"] = new JsonObject { ["text_tokens"] = usage.Input - usage.AudioInput, ["audio_tokens"] = usage.AudioInput },
            ["output_tokens"] = usage.Output,
            ["total_tokens"] = usage.Input + usage.Output,
        };
    }
}
