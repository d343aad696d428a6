namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>The section <c>Gateway:Ultra</c>.</summary>
internal sealed record UltraOptions
{
    /// <summary>The presets by name, which is what clients give as <c>model</c>: <c>[A-Za-z0-9._-]{1,64}</c>.</summary>
    /// <value>The default is the built-in ones, of the providers that have credentials.</value>
    public IReadOnlyDictionary<string, PresetOptions> Presets { get; set; } = new Dictionary<string, PresetOptions>();
}

/// <summary>A named panel with its lead.</summary>
internal sealed record PresetOptions
{
    /// <summary>Who writes drafts: 2 to 8, samples counted. Each a string <c>PROVIDER/MODEL</c> or an object.</summary>
    public IReadOnlyList<MemberOptions> Members { get; set; } = [];

    /// <summary>Who writes the answer: a string <c>PROVIDER/MODEL</c> or an object.</summary>
    public LeadOptions? Lead { get; set; }

    /// <summary>Whether and how the members review each other.</summary>
    public ReviewOptions Review { get; set; } = new();

    /// <summary>How many drafts start the grace: 1 to the number of members.</summary>
    /// <value>The default is 2 of up to 3 members, 3 of 4 and 5, above that 60 %, rounded up.</value>
    public int? Quorum { get; set; }

    /// <summary>How long the other drafts are waited for when the quorum is there, in milliseconds, 0 to 600000.</summary>
    /// <value>The default is 8000.</value>
    public int GraceMs { get; set; } = 8_000;

    /// <summary>How many drafts a run insists on: <c>any</c>, <c>quorum</c> or <c>full</c>.</summary>
    /// <value>The default is <c>any</c>: one is enough.</value>
    public string Require { get; set; } = "any";

    /// <summary>How long each stage may take.</summary>
    public TimeoutOptions Timeouts { get; set; } = new();

    /// <summary>How much a run may cost, and how long its texts may be.</summary>
    public RunBudgetOptions Budget { get; set; } = new();

    /// <summary>Whether a request may bring its own members, leads, review and requirement.</summary>
    /// <value>The default is <c>false</c>.</value>
    public bool AllowOverrides { get; set; }
}

/// <summary>A member of a panel. As a string <c>PROVIDER/MODEL</c> only its model is given.</summary>
internal sealed record MemberOptions
{
    /// <summary>Its name in answers and events, <c>[A-Za-z0-9_-]{1,32}</c>; several samples get <c>-1</c>, <c>-2</c> … behind it.</summary>
    /// <value>The default is <c>m</c> and its number in the panel.</value>
    public string? Id { get; set; }

    /// <summary><c>PROVIDER/MODEL</c>, split at the first slash.</summary>
    public string? Model { get; set; }

    /// <summary>Models that are tried in order where the first fails, each <c>PROVIDER/MODEL</c>.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Fallbacks { get; set; } = [];

    /// <summary>What you think of it beforehand, 0 to 1; it counts by <see cref="ReviewOptions.PriorWeight"/>.</summary>
    /// <value>The default is 0.5.</value>
    public double Prior { get; set; } = 0.5;

    /// <summary>Whether it is waited for beyond the grace.</summary>
    /// <value>The default is <c>false</c>.</value>
    public bool Required { get; set; }

    /// <summary>How many drafts it writes, 1 to 8; each counts as a member.</summary>
    /// <value>The default is 1.</value>
    public int Samples { get; set; } = 1;
}

/// <summary>Who writes the answer. As a string <c>PROVIDER/MODEL</c> only its model is given.</summary>
internal sealed record LeadOptions
{
    /// <summary>Models that are tried in order, each <c>PROVIDER/MODEL</c>. At least one.</summary>
    public IReadOnlyList<string> Models { get; set; } = [];

    /// <summary>Whether members with a draft are tried after these, best first.</summary>
    /// <value>The default is <c>true</c>.</value>
    public bool AllowMembers { get; set; } = true;

    /// <summary>When no lead answers: <c>top_ranked</c> gives the best draft verbatim, <c>fail</c> an error 502.</summary>
    /// <value>The default is <c>top_ranked</c>.</value>
    public string OnFailure { get; set; } = "top_ranked";
}
