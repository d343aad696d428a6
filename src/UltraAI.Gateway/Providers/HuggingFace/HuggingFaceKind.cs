using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.HuggingFace;

/// <summary>HuggingFace's router for inference providers.</summary>
/// <remarks>https://huggingface.co/docs/inference-providers</remarks>
internal sealed class HuggingFaceKind : ProviderKind
{
    public override string Name => "HuggingFace";

    public override string GenAIName => "huggingface";

    public override string DefaultBaseUrl => "https://router.huggingface.co";

    public override string CredentialVariable => "HF_TOKEN";

    public override IErrorRenderer ErrorRenderer { get; } = new HuggingFaceErrorRenderer();

    public override ChatDialect Chat { get; } = new HuggingFaceChatDialect();

    public override string ProbeTarget => "/v1/models";

    public override CredentialField CredentialFieldFor(ReadOnlySpan<char> path) => CredentialField.Bearer;

    public override bool AllowsSlashInPathModel => true;

    protected override ProviderEndpoint FindEndpoint(string method, ReadOnlySpan<char> path) => HuggingFaceEndpoints.Find(method, path);

    protected override ReadOnlySpan<char> FindModel(ReadOnlySpan<char> path) => HuggingFaceEndpoints.ModelIn(path);
}
