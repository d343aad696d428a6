namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary><c>usage</c> of responses: at the top of a response, or in <c>response</c> of the event that ends a stream.</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/responses/object and https://platform.openai.com/docs/api-reference/responses-streaming</remarks>
internal class OpenAIResponsesUsage : UsageFormat
{
    public override UsageStage StageOf(bool isEnveloped) => UsageStage.Final;

    // A stream says everything again when it is done: only its deltas are new.
    public override UsageName NameOf(ReadOnlySpan<byte> name, bool isStream) => name.Length switch
    {
        4 when !isStream && name.SequenceEqual("text"u8) => UsageName.Content,
        5 when name.SequenceEqual("usage"u8) => UsageName.Usage,
        5 when isStream && name.SequenceEqual("delta"u8) => UsageName.Content,
        8 when name.SequenceEqual("response"u8) => UsageName.Envelope,
        9 when !isStream && name.SequenceEqual("arguments"u8) => UsageName.Content,
        _ => UsageName.Other,
    };

    public override TokenUsage ToUsage(in UsageCounts counts)
    {
        var input = counts.Input ?? 0;
        var output = counts.Output ?? 0;
        return new TokenUsage
        {
            Input = input,
            CachedInput = Math.Min(counts.CachedInput ?? 0, input),
            AudioInput = Math.Min(counts.AudioInput ?? 0, input),
            Output = output,
            Reasoning = Math.Min(counts.Reasoning ?? 0, output),
            AudioOutput = Math.Min(counts.AudioOutput ?? 0, output),
            ImageOutput = Math.Min(counts.ImageOutput ?? 0, output),
        };
    }

    protected override void Take(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name, long count, ref UsageCounts counts)
    {
        if (parent.IsEmpty)
        {
            if (name.SequenceEqual("input_tokens"u8))
            {
                counts.Input = count;
            }
            else if (name.SequenceEqual("output_tokens"u8))
            {
                counts.Output = count;
            }
        }
        else if (parent.SequenceEqual("input_tokens_details"u8) || parent.SequenceEqual("input_token_details"u8))
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
        else if (parent.SequenceEqual("output_tokens_details"u8) || parent.SequenceEqual("output_token_details"u8))
        {
            TakeOutputDetail(name, count, ref counts);
        }
    }

    private static void TakeOutputDetail(ReadOnlySpan<byte> name, long count, ref UsageCounts counts)
    {
        if (name.SequenceEqual("reasoning_tokens"u8))
        {
            counts.Reasoning = count;
        }
        else if (name.SequenceEqual("audio_tokens"u8))
        {
            counts.AudioOutput = count;
        }
        else if (name.SequenceEqual("image_tokens"u8))
        {
            counts.ImageOutput = count;
        }
    }
}
