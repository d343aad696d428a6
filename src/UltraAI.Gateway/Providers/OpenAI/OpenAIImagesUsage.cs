namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary><c>usage</c> of images. The output is image tokens, unless the details say that some of it is text.</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/images/object and https://platform.openai.com/docs/api-reference/images-streaming</remarks>
internal sealed class OpenAIImagesUsage : OpenAIResponsesUsage
{
    public override UsageName NameOf(ReadOnlySpan<byte> name, bool isStream) =>
        name.SequenceEqual("usage"u8) ? UsageName.Usage : UsageName.Other;

    public override TokenUsage ToUsage(in UsageCounts counts) =>
        base.ToUsage(counts) is var usage && counts.ImageOutput is null ? usage with { ImageOutput = usage.Output } : usage;
}
