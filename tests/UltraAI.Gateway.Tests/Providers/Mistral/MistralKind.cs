using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Tests.Providers.Mistral;

/// <summary>A kind made by the steps in CONTRIBUTING.md. It is no kind of the product: Mistral is reached as an OpenAI there.</summary>
internal sealed class MistralKind : ProviderKind
{
    public override string Name => "Mistral";

    public override string GenAIName => "mistral_ai";

    public override string DefaultBaseUrl => "https://api.mistral.ai";

    public override string CredentialVariable => "MISTRAL_API_KEY";

    public override IErrorRenderer ErrorRenderer { get; } = new MistralErrorRenderer();

    public override ChatDialect Chat { get; } = new OpenAIChatDialect();

    public override string ProbeTarget => "/v1/models";

    public override CredentialField CredentialFieldFor(ReadOnlySpan<char> path) => CredentialField.Bearer;
}
