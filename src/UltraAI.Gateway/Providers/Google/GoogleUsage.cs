using System.Text.Json;

namespace UltraAI.Gateway.Providers.Google;

/// <summary><c>usageMetadata</c> of generateContent. A stream, of events or as one JSON array, repeats it with each piece; the last one counts.</summary>
/// <remarks>https://ai.google.dev/api/generate-content#UsageMetadata: the prompt includes what was cached, the candidates don't include the thoughts.</remarks>
internal sealed class GoogleUsage : UsageFormat
{
    public override bool MayBeArray => true;

    public override UsageStage StageOf(bool isEnveloped) => UsageStage.Running;

    public override UsageName NameOf(ReadOnlySpan<byte> name, bool isStream) => name.Length switch
    {
        4 when name.SequenceEqual("text"u8) => UsageName.Content,
        13 when name.SequenceEqual("usageMetadata"u8) => UsageName.Usage,
        _ => UsageName.Other,
    };

    public override TokenUsage ToUsage(in UsageCounts counts)
    {
        var prompt = counts.Input ?? 0;
        var candidates = counts.Output ?? 0;
        var thoughts = counts.Reasoning ?? 0;
        return new TokenUsage
        {
            Input = prompt + (counts.ToolInput ?? 0),
            CachedInput = Math.Min(counts.CachedInput ?? 0, prompt),
            AudioInput = Math.Clamp((counts.AudioInput ?? 0) - (counts.CachedAudio ?? 0), 0, prompt),
            Output = candidates + thoughts,
            Reasoning = thoughts,
            AudioOutput = Math.Min(counts.AudioOutput ?? 0, candidates),
            ImageOutput = Math.Min(counts.ImageOutput ?? 0, candidates),
        };
    }

    protected override void Take(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name, long count, ref UsageCounts counts)
    {
        if (!parent.IsEmpty)
        {
            return;
        }

        if (name.SequenceEqual("promptTokenCount"u8))
        {
            counts.Input = count;
        }
        else if (name.SequenceEqual("candidatesTokenCount"u8))
        {
            counts.Output = count;
        }
        else if (name.SequenceEqual("thoughtsTokenCount"u8))
        {
            counts.Reasoning = count;
        }
        else if (name.SequenceEqual("cachedContentTokenCount"u8))
        {
            counts.CachedInput = count;
        }
        else if (name.SequenceEqual("toolUsePromptTokenCount"u8))
        {
            counts.ToolInput = count;
        }
    }

    protected override void TakeArray(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref UsageCounts counts)
    {
        var isCache = name.SequenceEqual("cacheTokensDetails"u8);
        var isPrompt = name.SequenceEqual("promptTokensDetails"u8);
        if (!isCache && !isPrompt && !name.SequenceEqual("candidatesTokensDetails"u8))
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                TakeModality(ref reader, isCache, isPrompt, ref counts);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    // {"modality":"AUDIO","tokenCount":32}
    private static void TakeModality(ref Utf8JsonReader reader, bool isCache, bool isPrompt, ref UsageCounts counts)
    {
        ReadOnlySpan<byte> modality = [];
        long? count = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("modality"u8) && reader.TokenType == JsonTokenType.String)
            {
                modality = reader.ValueSpan;
            }
            else if (name.SequenceEqual("tokenCount"u8))
            {
                count = Count(ref reader);
            }

            reader.Skip();
        }

        if (isCache)
        {
            counts.CachedAudio = modality.SequenceEqual("AUDIO"u8) ? count : counts.CachedAudio;
        }
        else if (modality.SequenceEqual("AUDIO"u8))
        {
            (counts.AudioInput, counts.AudioOutput) = isPrompt ? (count, counts.AudioOutput) : (counts.AudioInput, count);
        }
        else if (modality.SequenceEqual("IMAGE"u8) && !isPrompt)
        {
            counts.ImageOutput = count;
        }
    }
}
