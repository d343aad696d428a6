namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>What a load test does, and what it must show.</summary>
public sealed record LoadOptions
{
    /// <summary>Gets the gateway's address.</summary>
    public required Uri Target { get; init; }

    /// <summary>Gets the virtual key.</summary>
    public required string Key { get; init; }

    /// <summary>Gets what is sent.</summary>
    public required LoadScenario Scenario { get; init; }

    /// <summary>Gets how many requests begin per second, whether or not earlier ones have ended.</summary>
    public int Rate { get; init; } = 200;

    /// <summary>Gets how long they are sent.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long requests are sent before anything is counted.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Gets the folder of the reports.</summary>
    public string Report { get; init; } = "load-report";

    /// <summary>Gets the model that is asked for.</summary>
    public string Model { get; init; } = "gpt-4o-mini";

    /// <summary>Gets the preset that runs of <c>/ultra</c> name.</summary>
    public string Preset { get; init; } = "ultra";

    /// <summary>Gets about how many bytes a request's body has.</summary>
    public int BodySize { get; init; } = 1024;

    /// <summary>Gets the silence between two chunks that counts as a stall.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets after which time a request is given up.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the highest 99th percentile of the time that a request takes.</summary>
    public TimeSpan? MaxP99 { get; init; }

    /// <summary>Gets the highest 99th percentile of the time to the first chunk.</summary>
    public TimeSpan? MaxFirstChunkP99 { get; init; }

    /// <summary>Gets the highest share of requests that fail.</summary>
    public double MaxErrors { get; init; } = 0.01;

    /// <summary>Gets the key's configured <c>RequestsPerMinute</c>, which <see cref="LoadScenario.Governance"/> holds the gateway to.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Gets the key's configured <c>RequestBurst</c>.</summary>
    public int? RequestBurst { get; init; }
}
