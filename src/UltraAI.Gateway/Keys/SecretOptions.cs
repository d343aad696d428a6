namespace UltraAI.Gateway.Keys;

/// <summary>Where a secret comes from. Exactly one of the three is set.</summary>
internal abstract class SecretOptions
{
    /// <summary>The secret itself. Fit for trying things out; a file of secrets is hard to keep.</summary>
    public string? Value { get; set; }

    /// <summary>The name of an environment variable that holds it.</summary>
    public string? Env { get; set; }

    /// <summary>The path of a file that holds it; read again when its content changes. White space around it is ignored.</summary>
    public string? File { get; set; }
}

/// <summary>A credential that the gateway presents to a provider.</summary>
internal sealed class CredentialOptions : SecretOptions
{
    /// <summary>Its name in logs, metrics and virtual keys.</summary>
    /// <value><c>[a-z0-9-]{1,64}</c>. The default is <c>main</c>.</value>
    public string Name { get; set; } = "main";

    /// <summary>Its share of the calls, against those of the provider's other credentials.</summary>
    /// <value>1 to 1,000. The default is 1.</value>
    public int Weight { get; set; } = 1;
}

/// <summary>A key that clients present to the gateway, and what it may do.</summary>
internal sealed class VirtualKeyOptions : SecretOptions
{
    /// <summary>Its name in logs, metrics and usage.</summary>
    /// <value><c>[a-z0-9-]{1,64}</c>.</value>
    public string? Name { get; set; }

    /// <summary>SHA-256 of the key, as <c>keys new</c> prints it, in place of the key.</summary>
    /// <value>64 hexadecimal digits.</value>
    public string? Sha256 { get; set; }

    /// <summary>Names of the providers that it may use.</summary>
    /// <value>The default is every provider.</value>
    public IReadOnlyList<string>? Providers { get; set; }

    /// <summary>The endpoints that it may use: <c>METHOD path-glob</c> on the provider's path, decoded once.</summary>
    /// <value>The default is all but administrative endpoints.</value>
    public IReadOnlyList<string>? Endpoints { get; set; }

    /// <summary>The models that it may use: names in which <c>*</c> stands for any characters, such as <c>gpt-4o*</c> or <c>openai/gpt-4o*</c>.</summary>
    /// <remarks>With a slash the part before it may be a provider's name; a pattern without one is held against the bare name of the model.</remarks>
    /// <value>The default is every model.</value>
    public IReadOnlyList<string>? Models { get; set; }

    /// <summary>Names of the providers' credentials that its calls may be made with.</summary>
    /// <value>The default is every credential.</value>
    public IReadOnlyList<string>? Credentials { get; set; }

    /// <summary>How much may be used at once and over time.</summary>
    public LimitOptions? Limits { get; set; }

    /// <summary>How much money may be spent.</summary>
    public BudgetOptions? Budget { get; set; }

    /// <summary>Whether WebSockets may be used although their tokens are not metered; matters for keys with a token limit or a budget.</summary>
    /// <value>The default is false.</value>
    public bool AllowUnmeteredWebSockets { get; set; }

    /// <summary>The networks that it may be used from, in CIDR notation.</summary>
    /// <value>The default is every network.</value>
    public IReadOnlyList<string>? AllowedNetworks { get; set; }

    /// <summary>When it stops to work.</summary>
    /// <value>ISO 8601 with a time zone. The default is never.</value>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>False turns it off without removing it.</summary>
    /// <value>The default is true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>The same without its name, and without what is the secret or tells where it is.</summary>
    public VirtualKeyOptions WithoutSecret() => new()
    {
        Providers = Providers,
        Endpoints = Endpoints,
        Models = Models,
        Credentials = Credentials,
        Limits = Limits,
        Budget = Budget,
        AllowUnmeteredWebSockets = AllowUnmeteredWebSockets,
        AllowedNetworks = AllowedNetworks,
        ExpiresAt = ExpiresAt,
        Enabled = Enabled,
    };
}
