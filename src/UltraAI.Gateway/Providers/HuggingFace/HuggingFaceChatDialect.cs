using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Providers.HuggingFace;

/// <summary>OpenAI's dialect as the router speaks it: open models behind many servers, so with the older names.</summary>
/// <remarks>https://huggingface.co/docs/inference-providers/tasks/chat-completion</remarks>
internal sealed class HuggingFaceChatDialect : OpenAIChatDialect
{
    protected override bool KnowsDeveloper(bool isPublicBaseUrl) => false;

    protected override bool TakesMaxCompletionTokens(string model, bool isPublicBaseUrl) => false;

    protected override bool TakesSampling(string model) => true;
}
