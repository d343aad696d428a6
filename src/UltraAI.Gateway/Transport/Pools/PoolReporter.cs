using System.Diagnostics.Metrics;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>Why a call went on to another credential or destination.</summary>
internal enum FailoverReason
{
    /// <summary>A 429.</summary>
    RateLimited,

    /// <summary>The credential was refused.</summary>
    CredentialRejected,

    /// <summary>A 502, 503, 504 or 529.</summary>
    ProviderError,

    /// <summary>No connection.</summary>
    Unreachable,
}

/// <summary>Counts and logs what changes in the pools.</summary>
internal sealed partial class PoolReporter
{
    // In the order of FailoverReason.
    private static readonly KeyValuePair<string, object?>[] Reasons = [Reason("rate_limited"), Reason("credential_rejected"), Reason("provider_error"), Reason("unreachable")];

    private readonly Counter<long> _failovers;
    private readonly Counter<long> _rests;
    private readonly Counter<long> _rejections;
    private readonly ILogger<PoolReporter> _logger;

    public PoolReporter(ProviderPools pools, IMeterFactory meters, ILogger<PoolReporter> logger)
    {
        _logger = logger;
        var meter = meters.Create(GatewayTelemetry.MeterName);
        _failovers = meter.CreateCounter<long>(GatewayTelemetry.Instruments.Failovers, description: "Attempts that were followed by one with another credential or at another destination.");
        _rests = meter.CreateCounter<long>(GatewayTelemetry.Instruments.CredentialRests, description: "Rests that a 429 of the provider gave to a credential.");
        _rejections = meter.CreateCounter<long>(GatewayTelemetry.Instruments.CredentialRejections, description: "Times that a credential was taken out: refused by the provider, and to the gateway's own probe too.");
        meter.CreateObservableGauge(
            GatewayTelemetry.Instruments.CircuitState,
            () => pools.Current.SelectMany(static pair => pair.Pool.Destinations.Select(destination => new Measurement<int>(
                (int)destination.Circuit.State, pair.Provider.Tag, new KeyValuePair<string, object?>(GatewayTelemetry.Tags.Destination, destination.Name)))),
            description: "Whether calls go to a destination: 0 closed (they do), 1 half open (one at a time), 2 open (none).");
        meter.CreateObservableGauge(
            GatewayTelemetry.Instruments.CredentialState,
            () => pools.Current.SelectMany(static pair => pair.Pool.Credentials.Select(credential => new Measurement<int>(
                (int)credential.Read().State, pair.Provider.Tag, credential.Tag))),
            description: "Whether a credential is used: 0 ready (it is), 1 resting (after a 429: not for some models, or for none), 2 rejected (it is taken out).");
    }

    public void FailedOver(Provider provider, FailoverReason reason) => _failovers.Add(1, provider.Tag, Reasons[(int)reason]);

    public void Rests(Provider provider, CredentialState credential, TimeSpan length, bool isForAllModels)
    {
        _rests.Add(1, provider.Tag, credential.Tag);
        if (isForAllModels)
        {
            LogRestsForAll(provider.Name, credential.Name, length.TotalSeconds);
        }
        else
        {
            LogRests(provider.Name, credential.Name, length.TotalSeconds);
        }
    }

    public void Rejected(Provider provider, CredentialState credential)
    {
        _rejections.Add(1, provider.Tag, credential.Tag);
        LogRejected(provider.Name, credential.Name);
    }

    public void Accepted(Provider provider, CredentialState credential) => LogAccepted(provider.Name, credential.Name);

    public void CircuitChanged(Provider provider, Destination destination)
    {
        if (destination.Circuit.State == CircuitState.Closed)
        {
            LogClosed(provider.Name, destination.Name);
        }
        else
        {
            LogOpened(provider.Name, destination.Name);
        }
    }

    private static KeyValuePair<string, object?> Reason(string name) => new(GatewayTelemetry.Tags.Reason, name);

    // Without the model: its name comes from a client.
    [LoggerMessage(LogLevel.Information, "Credential '{Credential}' of provider {Provider} rests for one model for {Seconds:0.###} s: the provider said 429", EventName = "CredentialRests")]
    private partial void LogRests(string provider, string credential, double seconds);

    [LoggerMessage(LogLevel.Warning, "Credential '{Credential}' of provider {Provider} rests for all models for {Seconds:0.###} s: the provider said 429", EventName = "CredentialRestsForAll")]
    private partial void LogRestsForAll(string provider, string credential, double seconds);

    [LoggerMessage(LogLevel.Error, "Credential '{Credential}' of provider {Provider} is taken out: the provider refuses it, also to the gateway's own probe. It is tried again each minute", EventName = "CredentialRejected")]
    private partial void LogRejected(string provider, string credential);

    [LoggerMessage(LogLevel.Information, "Credential '{Credential}' of provider {Provider} is accepted again", EventName = "CredentialAccepted")]
    private partial void LogAccepted(string provider, string credential);

    [LoggerMessage(LogLevel.Error, "The circuit of destination {Destination} of provider {Provider} is open: half of the last attempts failed", EventName = "CircuitOpened")]
    private partial void LogOpened(string provider, string destination);

    [LoggerMessage(LogLevel.Information, "The circuit of destination {Destination} of provider {Provider} is closed again", EventName = "CircuitClosed")]
    private partial void LogClosed(string provider, string destination);
}
