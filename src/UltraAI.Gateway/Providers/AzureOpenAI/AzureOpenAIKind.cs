using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Providers.OpenAI;

namespace UltraAI.Gateway.Providers.AzureOpenAI;

/// <summary>Azure OpenAI: OpenAI's dialect behind a resource's own address, with the key in <c>api-key</c> and the model as a deployment in the path.</summary>
/// <remarks>https://learn.microsoft.com/azure/ai-foundry/openai/reference#authentication</remarks>
internal sealed class AzureOpenAIKind : ProviderKind
{
    private static readonly EndpointPattern[] Administrative =
    [
        EndpointPattern.Parse("* /v1/organization/**"),
        EndpointPattern.Parse("* /openai/v1/organization/**"),
    ];

    public override string Name => "AzureOpenAI";

    public override string GenAIName => "azure.ai.openai";

    // Every resource has its own.
    public override string? DefaultBaseUrl => null;

    public override string CredentialVariable => "AZURE_OPENAI_API_KEY";

    // Azure's {"error":{"code","message"}} is what its SDKs read of OpenAI's.
    public override IErrorRenderer ErrorRenderer { get; } = new OpenAIErrorRenderer();

    public override ChatDialect Chat { get; } = new AzureOpenAIChatDialect();

    public override string ProbeTarget => "/openai/models?api-version=2024-10-21";

    public override IReadOnlyList<EndpointPattern> AdministrativeEndpoints => Administrative;

    public override CredentialField CredentialFieldFor(ReadOnlySpan<char> path) => new("api-key", IsBearer: false);

    protected override ProviderEndpoint FindEndpoint(string method, ReadOnlySpan<char> path) => AzureOpenAIEndpoints.Find(method, path);

    protected override ReadOnlySpan<char> FindModel(ReadOnlySpan<char> path) => AzureOpenAIEndpoints.ModelIn(path);
}
