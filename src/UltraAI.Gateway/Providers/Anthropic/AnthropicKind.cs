using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>Anthropic takes its credential in <c>x-api-key</c>, also where its SDK was told to send <c>Authorization: Bearer</c>.</summary>
/// <remarks>https://docs.claude.com/en/api/overview#authentication</remarks>
internal sealed class AnthropicKind : ProviderKind
{
    // https://docs.claude.com/en/api/administration-api
    private static readonly EndpointPattern[] Administrative = [EndpointPattern.Parse("* /v1/organizations/**")];

    public override string Name => "Anthropic";

    public override string GenAIName => "anthropic";

    public override string DefaultBaseUrl => "https://api.anthropic.com";

    public override string CredentialVariable => "ANTHROPIC_API_KEY";

    public override IErrorRenderer ErrorRenderer { get; } = new AnthropicErrorRenderer();

    public override ChatDialect Chat { get; } = new AnthropicChatDialect();

    public override string ProbeTarget => "/v1/models";

    // https://docs.claude.com/en/api/versioning
    public override IReadOnlyList<KeyValuePair<string, string>> ProbeFields { get; } = [new("anthropic-version", "2023-06-01")];

    public override IReadOnlyList<EndpointPattern> AdministrativeEndpoints => Administrative;

    public override CredentialField CredentialFieldFor(ReadOnlySpan<char> path) => new("x-api-key", IsBearer: false);

    // Message batches name their results by an absolute URL, which the SDKs' results() follows.
    public override string? LinkPropertyIn(ReadOnlySpan<char> path) =>
        path.StartsWith("/v1/messages/batches", StringComparison.Ordinal) ? "results_url" : null;

    protected override ProviderEndpoint FindEndpoint(string method, ReadOnlySpan<char> path) => AnthropicEndpoints.Table.Find(method, path);
}
