namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary><c>usage</c> of chat completions, text completions and embeddings, as OpenAI and those who speak its dialect report it.</summary>
/// <remarks>
/// https://platform.openai.com/docs/api-reference/chat/object.
/// DeepSeek says <c>prompt_cache_hit_tokens</c> (https://api-docs.deepseek.com/guides/kv_cache), Groq puts a stream's usage into <c>x_groq</c> too (https://console.groq.com/docs/text-chat).
/// xAI and Google's compatible endpoint leave thinking out of <c>completion_tokens</c>, but not out of <c>total_tokens</c> (https://docs.x.ai/docs/guides/reasoning).
/// </remarks>
internal sealed class OpenAIChatUsage : UsageFormat
{
    public override UsageStage StageOf(bool isEnveloped) => UsageStage.Running;

    public override UsageName NameOf(ReadOnlySpan<byte> name, bool isStream) => name.Length switch
    {
        4 when name.SequenceEqual("text"u8) => UsageName.Content,
        5 when name.SequenceEqual("usage"u8) => UsageName.Usage,
        6 when name.SequenceEqual("x_groq"u8) => UsageName.Envelope,
        7 when name.SequenceEqual("content"u8) || name.SequenceEqual("refusal"u8) => UsageName.Content,
        9 when name.SequenceEqual("arguments"u8) || name.SequenceEqual("reasoning"u8) => UsageName.Content,
        17 when name.SequenceEqual("reasoning_content"u8) => UsageName.Content,
        _ => UsageName.Other,
    };

    public override TokenUsage ToUsage(in UsageCounts counts)
    {
        // Some report the total of embeddings alone.
        var input = counts.Input ?? (counts.Output is null ? counts.Total : null) ?? 0;
        var output = counts.Output ?? 0;
        var hidden = Math.Max(0, (counts.Total ?? 0) - input - output);
        output += hidden;
        return new TokenUsage
        {
            Input = input,
            CachedInput = Math.Min(counts.CachedInput ?? 0, input),
            AudioInput = Math.Min(counts.AudioInput ?? 0, input),
            Output = output,
            Reasoning = Math.Min(Math.Max(counts.Reasoning ?? 0, hidden), output),
            AudioOutput = Math.Min(counts.AudioOutput ?? 0, output),
        };
    }

    protected override void Take(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name, long count, ref UsageCounts counts)
    {
        if (parent.IsEmpty)
        {
            TakeTop(name, count, ref counts);
        }
        else if (parent.SequenceEqual("prompt_tokens_details"u8))
        {
            if (name.SequenceEqual("cached_tokens"u8))
            {
                counts.CachedInput = count;
            }
            else if (name.SequenceEqual("audio_tokens"u8))
            {
                counts.AudioInput = count;
            }
        }
        else if (parent.SequenceEqual("completion_tokens_details"u8))
        {
            if (name.SequenceEqual("reasoning_tokens"u8))
            {
                counts.Reasoning = count;
            }
            else if (name.SequenceEqual("audio_tokens"u8))
            {
                counts.AudioOutput = count;
            }
        }
    }

    private static void TakeTop(ReadOnlySpan<byte> name, long count, ref UsageCounts counts)
    {
        if (name.SequenceEqual("prompt_tokens"u8))
        {
            counts.Input = count;
        }
        else if (name.SequenceEqual("completion_tokens"u8))
        {
            counts.Output = count;
        }
        else if (name.SequenceEqual("total_tokens"u8))
        {
            counts.Total = count;
        }
        else if (name.SequenceEqual("prompt_cache_hit_tokens"u8))
        {
            counts.CachedInput ??= count;
        }
    }
}
