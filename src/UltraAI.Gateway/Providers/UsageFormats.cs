using UltraAI.Gateway.Providers.Anthropic;
using UltraAI.Gateway.Providers.Google;
using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Providers;

/// <summary>The format of each dialect.</summary>
internal static class UsageFormats
{
    private static readonly UsageFormat OpenAIChat = new OpenAIChatUsage();
    private static readonly UsageFormat OpenAIResponses = new OpenAIResponsesUsage();
    private static readonly UsageFormat OpenAIImages = new OpenAIImagesUsage();
    private static readonly UsageFormat OpenAIAudio = new OpenAIAudioUsage();
    private static readonly UsageFormat Anthropic = new AnthropicUsage();
    private static readonly UsageFormat Google = new GoogleUsage();

    /// <summary>The format; null for <see cref="UsageDialect.None"/>.</summary>
    public static UsageFormat? Of(UsageDialect dialect) => dialect switch
    {
        // Embeddings report prompt_tokens alone.
        UsageDialect.OpenAIChat or UsageDialect.OpenAIEmbeddings => OpenAIChat,
        UsageDialect.OpenAIResponses => OpenAIResponses,
        UsageDialect.OpenAIImages => OpenAIImages,
        UsageDialect.OpenAIAudio => OpenAIAudio,
        UsageDialect.AnthropicMessages => Anthropic,
        UsageDialect.GoogleGenerateContent => Google,
        _ => null,
    };
}
