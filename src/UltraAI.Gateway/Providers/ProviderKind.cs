using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers;

/// <summary>What a provider is: where its credential goes, which endpoints are special, how its errors look. Holds no secret, sends nothing.</summary>
/// <remarks>One instance per kind for the life of the process. Adding a kind: one folder, and one entry in <see cref="ProviderKinds"/>.</remarks>
internal abstract class ProviderKind
{
    /// <summary>The value of <c>Kind</c> in the configuration.</summary>
    public abstract string Name { get; }

    /// <summary>The provider in OpenTelemetry's terms (<c>gen_ai.provider.name</c>).</summary>
    public abstract string GenAIName { get; }

    /// <summary>The base URL where the configuration has none; null where it must have one.</summary>
    public abstract string? DefaultBaseUrl { get; }

    /// <summary>The environment variable that this provider's own SDKs read, for a start without a configuration file.</summary>
    public abstract string CredentialVariable { get; }

    public abstract IErrorRenderer ErrorRenderer { get; }

    /// <summary>How /ultra asks this provider's models.</summary>
    public abstract ChatDialect Chat { get; }

    /// <summary>A cheap GET that tells whether a credential is accepted: the list of models.</summary>
    public abstract string ProbeTarget { get; }

    /// <summary>Fields that the probe must have beside the credential.</summary>
    public virtual IReadOnlyList<KeyValuePair<string, string>> ProbeFields => [];

    /// <summary>Endpoints that a virtual key reaches only when its <c>Endpoints</c> name them.</summary>
    public virtual IReadOnlyList<EndpointPattern> AdministrativeEndpoints => [];

    /// <summary>Whether clients may carry their key as the query parameter <c>key</c>.</summary>
    public virtual bool TakesKeyFromQuery => false;

    /// <summary>The one field that the real credential goes into.</summary>
    /// <param name="path">The provider's path, raw, without query.</param>
    public abstract CredentialField CredentialFieldFor(ReadOnlySpan<char> path);

    /// <summary>The same for a path that begins with the base URL's own.</summary>
    /// <param name="path">The path that the provider sees, raw, without query.</param>
    /// <param name="baseLength">How long the base URL's own path is.</param>
    public virtual CredentialField CredentialFieldFor(ReadOnlySpan<char> path, int baseLength) => CredentialFieldFor(path);

    /// <summary>Whether an answer with this status may say that the credential itself is bad.</summary>
    public virtual bool MayRejectCredential(int statusCode) => statusCode == StatusCodes.Status401Unauthorized;

    /// <summary>Whether an answer says that the credential itself is bad.</summary>
    /// <param name="statusCode">The provider's status code.</param>
    /// <param name="body">The decoded body, or its first part.</param>
    public virtual bool RejectsCredential(int statusCode, ReadOnlySpan<byte> body) => statusCode == StatusCodes.Status401Unauthorized;

    /// <summary>The name of a JSON property that holds an absolute URL which an SDK would follow past the gateway; null where there is none.</summary>
    /// <param name="path">The provider's path, raw, without query.</param>
    public virtual string? LinkPropertyIn(ReadOnlySpan<char> path) => null;

    /// <summary>The same for a path that begins with the base URL's own.</summary>
    /// <param name="path">The path that the provider sees, raw, without query.</param>
    /// <param name="baseLength">How long the base URL's own path is.</param>
    public string? LinkPropertyIn(ReadOnlySpan<char> path, int baseLength)
    {
        string? property;
        do
        {
            property = LinkPropertyIn(path);
        }
        while (property is null && TryShorten(ref path, ref baseLength));

        return property;
    }

    /// <summary>Whether a model's name in the path may hold an encoded slash, as <c>owner%2Fmodel</c>.</summary>
    public virtual bool AllowsSlashInPathModel => false;

    /// <summary>What is known of an endpoint.</summary>
    /// <param name="method">The request's method; GET for a WebSocket.</param>
    /// <param name="path">The path that the provider sees, raw, without query.</param>
    /// <param name="basePath">The path of the base URL, which <paramref name="path"/> begins with; empty if it has none.</param>
    /// <remarks>The whole path is looked up first, then with ever less of the base URL's own. Allocates only for a path with percent-encoding.</remarks>
    public ProviderEndpoint EndpointOf(string method, ReadOnlySpan<char> path, ReadOnlySpan<char> basePath = default)
    {
        var endpoint = Locate(method, path, basePath, out _);
        return ReferenceEquals(endpoint, ProviderEndpoint.Unlisted) && (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
            ? ProviderEndpoint.Modelless
            : endpoint;
    }

    /// <summary>The model in the path of an endpoint whose model is there, still percent-encoded; empty if there is none.</summary>
    public ReadOnlySpan<char> ModelIn(string method, ReadOnlySpan<char> path, ReadOnlySpan<char> basePath = default)
    {
        Locate(method, path, basePath, out var listed);
        return FindModel(listed);
    }

    /// <summary>A model's name without what this provider lets stand before it, such as Google's <c>models/</c>.</summary>
    public virtual ReadOnlySpan<byte> BareModel(ReadOnlySpan<byte> model) => model;

    /// <summary>Looks a path up in this kind's table.</summary>
    /// <returns><see cref="ProviderEndpoint.Unlisted"/> if it is not there.</returns>
    protected virtual ProviderEndpoint FindEndpoint(string method, ReadOnlySpan<char> path) => ProviderEndpoint.Unlisted;

    /// <summary>The model's part of a path.</summary>
    protected virtual ReadOnlySpan<char> FindModel(ReadOnlySpan<char> path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Leaves out one more segment of the base URL's own path: a proxy's may stand there before the provider's.</summary>
    /// <param name="path">A path that begins with it.</param>
    /// <param name="baseLength">How long what is left of it is.</param>
    /// <returns>False if nothing is left of it.</returns>
    protected static bool TryShorten(ref ReadOnlySpan<char> path, ref int baseLength)
    {
        if (baseLength == 0)
        {
            return false;
        }

        var length = path[1..baseLength].IndexOf('/') is var slash and >= 0 ? slash + 1 : baseLength;
        path = path[length..];
        baseLength -= length;
        return true;
    }

    private ProviderEndpoint Locate(string method, ReadOnlySpan<char> path, ReadOnlySpan<char> basePath, out ReadOnlySpan<char> listed)
    {
        listed = path.Contains('%') ? PercentEncoding.DecodeUnreserved(path) : path;
        var baseLength = listed.StartsWith(basePath, StringComparison.Ordinal) ? basePath.Length : 0;
        ProviderEndpoint endpoint;
        do
        {
            endpoint = FindEndpoint(method, listed);
        }
        while (ReferenceEquals(endpoint, ProviderEndpoint.Unlisted) && TryShorten(ref listed, ref baseLength));

        return endpoint;
    }
}

/// <summary>The name and scheme of the field that carries a credential.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="IsBearer">Whether the value is <c>Bearer CREDENTIAL</c> or the bare credential.</param>
internal readonly record struct CredentialField(string Name, bool IsBearer)
{
    public static readonly CredentialField Bearer = new("Authorization", IsBearer: true);
}
