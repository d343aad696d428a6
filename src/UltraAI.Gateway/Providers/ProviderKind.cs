using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers;

/// <summary>What a provider is: where its credential goes, which endpoints are special, how its errors look. Holds no secret, sends nothing.</summary>
/// <remarks>One instance per kind for the life of the process. Adding a kind: one folder, and one entry in <see cref="ProviderKinds"/>.</remarks>
internal abstract class ProviderKind
{
    /// <summary>The value of <c>Kind</c> in the configuration.</summary>
    public abstract string Name { get; }

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

    /// <summary>Whether an answer says that the credential itself is bad.</summary>
    /// <param name="statusCode">The provider's status code.</param>
    /// <param name="body">The decoded body, or its first part.</param>
    public virtual bool RejectsCredential(int statusCode, ReadOnlySpan<byte> body) => statusCode == StatusCodes.Status401Unauthorized;

    /// <summary>The name of a JSON property that holds an absolute URL which an SDK would follow past the gateway; null where there is none.</summary>
    /// <param name="path">The provider's path, raw, without query.</param>
    public virtual string? LinkPropertyIn(ReadOnlySpan<char> path) => null;
}

/// <summary>The name and scheme of the field that carries a credential.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="IsBearer">Whether the value is <c>Bearer CREDENTIAL</c> or the bare credential.</param>
internal readonly record struct CredentialField(string Name, bool IsBearer)
{
    public static readonly CredentialField Bearer = new("Authorization", IsBearer: true);
}
