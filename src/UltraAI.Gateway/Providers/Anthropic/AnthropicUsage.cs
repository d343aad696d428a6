namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary><c>usage</c> of messages. A stream opens with the input, in <c>message_start</c>, and ends with all that was counted, in <c>message_delta</c>.</summary>
/// <remarks>
/// https://docs.claude.com/en/api/messages and https://docs.claude.com/en/docs/build-with-claude/streaming: the counts of <c>message_delta</c> are cumulative.
/// <c>input_tokens</c> is what was neither read from nor written to the cache (https://docs.claude.com/en/docs/build-with-claude/prompt-caching#tracking-cache-performance).
/// </remarks>
internal sealed class AnthropicUsage : UsageFormat
{
    public override UsageStage StageOf(bool isEnveloped) => isEnveloped ? UsageStage.Opening : UsageStage.Final;

    public override UsageName NameOf(ReadOnlySpan<byte> name, bool isStream) => name.Length switch
    {
        4 when name.SequenceEqual("text"u8) => UsageName.Content,
        5 when name.SequenceEqual("usage"u8) => UsageName.Usage,
        7 when name.SequenceEqual("message"u8) => UsageName.Envelope,
        8 when name.SequenceEqual("thinking"u8) => UsageName.Content,
        12 when name.SequenceEqual("partial_json"u8) => UsageName.Content,
        _ => UsageName.Other,
    };

    public override TokenUsage ToUsage(in UsageCounts counts)
    {
        var longer = counts.CacheWrite1h ?? 0;
        var written = Math.Max(counts.CacheWrite ?? 0, (counts.CacheWrite5m ?? 0) + longer);
        var read = counts.CachedInput ?? 0;
        var output = counts.Output ?? 0;
        return new TokenUsage
        {
            Input = (counts.Input ?? 0) + written + read,
            CachedInput = read,
            CacheWrite5m = written - longer,
            CacheWrite1h = longer,
            Output = output,
            Reasoning = Math.Min(counts.Reasoning ?? 0, output),
        };
    }

    // Cumulative counts of the input never fall: the larger one is right, also where an imitation gives zeros at one of the two ends.
    protected override UsageCounts Merge(in UsageCounts before, in UsageCounts next) => new()
    {
        Input = Larger(before.Input, next.Input),
        CachedInput = Larger(before.CachedInput, next.CachedInput),
        CacheWrite = Larger(before.CacheWrite, next.CacheWrite),
        CacheWrite5m = Larger(before.CacheWrite5m, next.CacheWrite5m),
        CacheWrite1h = Larger(before.CacheWrite1h, next.CacheWrite1h),
        Output = next.Output ?? before.Output,
        Reasoning = next.Reasoning ?? before.Reasoning,
    };

    protected override void Take(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name, long count, ref UsageCounts counts)
    {
        if (parent.IsEmpty)
        {
            TakeTop(name, count, ref counts);
        }
        else if (parent.SequenceEqual("cache_creation"u8))
        {
            if (name.SequenceEqual("ephemeral_5m_input_tokens"u8))
            {
                counts.CacheWrite5m = count;
            }
            else if (name.SequenceEqual("ephemeral_1h_input_tokens"u8))
            {
                counts.CacheWrite1h = count;
            }
        }
        else if (parent.SequenceEqual("output_tokens_details"u8) && name.SequenceEqual("thinking_tokens"u8))
        {
            counts.Reasoning = count;
        }
    }

    private static void TakeTop(ReadOnlySpan<byte> name, long count, ref UsageCounts counts)
    {
        if (name.SequenceEqual("input_tokens"u8))
        {
            counts.Input = count;
        }
        else if (name.SequenceEqual("output_tokens"u8))
        {
            counts.Output = count;
        }
        else if (name.SequenceEqual("cache_creation_input_tokens"u8))
        {
            counts.CacheWrite = count;
        }
        else if (name.SequenceEqual("cache_read_input_tokens"u8))
        {
            counts.CachedInput = count;
        }
    }

    private static long? Larger(long? one, long? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);
}
