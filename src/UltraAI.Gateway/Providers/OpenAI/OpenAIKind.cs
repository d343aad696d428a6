using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary>OpenAI, and everything that speaks its dialect: Mistral, Groq, vLLM, Ollama, …</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/authentication</remarks>
internal sealed class OpenAIKind : ProviderKind
{
    // https://platform.openai.com/docs/api-reference/administration
    private static readonly EndpointPattern[] Administrative = [EndpointPattern.Parse("* /v1/organization/**")];

    public override string Name => "OpenAI";

    public override string GenAIName => "openai";

    public override string DefaultBaseUrl => "https://api.openai.com";

    public override string CredentialVariable => "OPENAI_API_KEY";

    public override IErrorRenderer ErrorRenderer { get; } = new OpenAIErrorRenderer();

    public override ChatDialect Chat { get; } = new OpenAIChatDialect();

    public override string ProbeTarget => "/v1/models";

    public override IReadOnlyList<EndpointPattern> AdministrativeEndpoints => Administrative;

    public override CredentialField CredentialFieldFor(ReadOnlySpan<char> path) => CredentialField.Bearer;

    protected override ProviderEndpoint FindEndpoint(string method, ReadOnlySpan<char> path) => OpenAIEndpoints.Find(method, path);
}
