namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary><c>usage</c> of transcriptions and translations: in tokens, or in seconds, of which nothing is counted as tokens.</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/audio/json-object and https://platform.openai.com/docs/api-reference/audio/transcript-text-done-event</remarks>
internal sealed class OpenAIAudioUsage : OpenAIResponsesUsage
{
    public override UsageName NameOf(ReadOnlySpan<byte> name, bool isStream) =>
        name.SequenceEqual("usage"u8) ? UsageName.Usage
        : name.SequenceEqual(isStream ? "delta"u8 : "text"u8) ? UsageName.Content
        : UsageName.Other;

    protected override void TakeText(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref UsageCounts counts)
    {
        if (name.SequenceEqual("type"u8) && value.SequenceEqual("duration"u8))
        {
            counts.IsWithoutTokens = true;
        }
    }
}
