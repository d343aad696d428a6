using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Google;

/// <summary>The Gemini API. Its OpenAI-compatible paths want <c>Authorization: Bearer</c>, all others <c>x-goog-api-key</c>.</summary>
/// <remarks>https://ai.google.dev/api and https://ai.google.dev/gemini-api/docs/openai</remarks>
internal sealed class GoogleKind : ProviderKind
{
    public override string Name => "Google";

    public override string GenAIName => "gcp.gemini";

    public override string DefaultBaseUrl => "https://generativelanguage.googleapis.com";

    public override string CredentialVariable => "GEMINI_API_KEY";

    public override IErrorRenderer ErrorRenderer { get; } = new GoogleErrorRenderer();

    public override ChatDialect Chat { get; } = new GoogleChatDialect();

    public override string ProbeTarget => "/v1beta/models?pageSize=1";

    public override bool TakesKeyFromQuery => true;

    public override CredentialField CredentialFieldFor(ReadOnlySpan<char> path) =>
        IsOpenAICompatible(path) ? CredentialField.Bearer : new CredentialField("x-goog-api-key", IsBearer: false);

    public override CredentialField CredentialFieldFor(ReadOnlySpan<char> path, int baseLength)
    {
        CredentialField field;
        do
        {
            field = CredentialFieldFor(path);
        }
        while (!field.IsBearer && TryShorten(ref path, ref baseLength));

        return field;
    }

    // A bad key is a 400 with reason API_KEY_INVALID on the native paths.
    public override bool MayRejectCredential(int statusCode) => statusCode is StatusCodes.Status400BadRequest or StatusCodes.Status401Unauthorized;

    public override bool RejectsCredential(int statusCode, ReadOnlySpan<byte> body) =>
        statusCode == StatusCodes.Status401Unauthorized
        || (statusCode == StatusCodes.Status400BadRequest && body.IndexOf("API_KEY_INVALID"u8) >= 0);

    // Both forms are taken: https://ai.google.dev/api/caching and https://ai.google.dev/gemini-api/docs/openai
    public override ReadOnlySpan<byte> BareModel(ReadOnlySpan<byte> model) =>
        model.StartsWith("models/"u8) ? model["models/"u8.Length..] : model;

    protected override ProviderEndpoint FindEndpoint(string method, ReadOnlySpan<char> path) => GoogleEndpoints.Find(method, path);

    protected override ReadOnlySpan<char> FindModel(ReadOnlySpan<char> path) => GoogleEndpoints.ModelIn(path);

    // /VERSION/openai/…
    private static bool IsOpenAICompatible(ReadOnlySpan<char> path)
    {
        if (path.Length == 0 || path[0] != '/')
        {
            return false;
        }

        var rest = path[1..];
        var slash = rest.IndexOf('/');
        return slash > 0 && rest[slash..].StartsWith("/openai/", StringComparison.Ordinal);
    }
}
