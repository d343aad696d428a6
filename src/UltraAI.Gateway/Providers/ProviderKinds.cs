using UltraAI.Gateway.Providers.Anthropic;
using UltraAI.Gateway.Providers.AzureOpenAI;
using UltraAI.Gateway.Providers.Google;
using UltraAI.Gateway.Providers.HuggingFace;
using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Providers;

/// <summary>The closed list of kinds.</summary>
internal static class ProviderKinds
{
    public static readonly ProviderKind OpenAI = new OpenAIKind();
    public static readonly ProviderKind Anthropic = new AnthropicKind();
    public static readonly ProviderKind Google = new GoogleKind();
    public static readonly ProviderKind HuggingFace = new HuggingFaceKind();
    public static readonly ProviderKind AzureOpenAI = new AzureOpenAIKind();

    public static readonly IReadOnlyList<ProviderKind> All = [OpenAI, Anthropic, Google, HuggingFace, AzureOpenAI];

    public static ProviderKind? Find(string name)
    {
        foreach (var kind in All)
        {
            if (kind.Name == name)
            {
                return kind;
            }
        }

        return null;
    }
}
