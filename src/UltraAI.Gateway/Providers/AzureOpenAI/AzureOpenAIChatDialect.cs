using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Providers.AzureOpenAI;

/// <summary>OpenAI's dialect with the deployment in the path.</summary>
/// <remarks>
/// https://learn.microsoft.com/azure/ai-foundry/openai/reference-preview. Reasoning models turn system messages into developer ones by themselves; older ones don't know developer.
/// Deployments may have any name, so what a model takes is only known if the deployment is called like it.
/// </remarks>
internal sealed class AzureOpenAIChatDialect : OpenAIChatDialect
{
    /// <summary>The last version with a date. The latest without <c>-preview</c>, 2024-10-21, does not know <c>reasoning_effort</c>.</summary>
    public const string ApiVersion = "2025-04-01-preview";

    public override string TargetFor(string model) => $"/openai/deployments/{Uri.EscapeDataString(model)}/chat/completions?api-version={ApiVersion}";

    protected override bool KnowsDeveloper(bool isPublicBaseUrl) => false;

    protected override bool TakesMaxCompletionTokens(string model, bool isPublicBaseUrl) => true;
}
