using System.Diagnostics;

namespace UltraAI.Gateway.Telemetry;

/// <summary>Names of the gateway's own meter, instruments and tags.</summary>
internal static class GatewayTelemetry
{
    /// <summary>Name of the one meter that all own instruments belong to.</summary>
    public const string MeterName = "UltraAI.Gateway";

    /// <summary>Where all own spans come from. It has the process's life; whoever makes a span asks first whether anybody listens.</summary>
    public static readonly ActivitySource Spans = new("UltraAI.Gateway");

    /// <summary>Seconds, for histograms of waits: OpenTelemetry's usual boundaries begin at 5.</summary>
    public static readonly double[] WaitBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 120];

    /// <summary>Seconds, for requests and calls: the runtime's advice for http.*.duration ends at 10, and a model may well write for longer.</summary>
    public static readonly double[] RequestBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    /// <summary>Instruments. The Prometheus exporter turns the dots into underscores and adds unit and <c>_total</c>.</summary>
    public static class Instruments
    {
        public const string Requests = "ultraai.requests";
        public const string CallsActive = "ultraai.calls.active";
        public const string QueueDepth = "ultraai.queue.depth";
        public const string QueueWait = "ultraai.queue.wait";
        public const string AccessLogDropped = "ultraai.access_log.dropped";
        public const string Aborts = "ultraai.aborts";
        public const string ContentLogDropped = "ultraai.content_log.dropped";
        public const string Connect = "ultraai.connect";
        public const string Connections = "ultraai.connections";
        public const string StreamStall = "ultraai.stream.stall";
        public const string TlsHandshake = "ultraai.tls.handshake";
        public const string UpstreamTimeouts = "ultraai.upstream.timeouts";
        public const string CircuitState = "ultraai.circuit.state";
        public const string Failovers = "ultraai.failovers";
        public const string CredentialState = "ultraai.credential.state";
        public const string CredentialRests = "ultraai.credential.rests";
        public const string CredentialRejections = "ultraai.credential.rejections";
        public const string ConfigReloads = "ultraai.config.reloads";
        public const string ConfigLastReload = "ultraai.config.last_reload_successful";
        public const string BudgetRemaining = "ultraai.budget.remaining";
        public const string BudgetLimit = "ultraai.budget.limit";
        public const string Cost = "ultraai.cost";
        public const string LimitDecisions = "ultraai.ratelimit.decisions";
        public const string UltraRuns = "ultraai.ultra.runs";
        public const string UltraDegraded = "ultraai.ultra.degraded";
        public const string UltraStage = "ultraai.ultra.stage";
        public const string UltraCalls = "ultraai.ultra.calls";
        public const string UltraGraceWait = "ultraai.ultra.grace.wait";
        public const string UltraTokens = "ultraai.ultra.tokens";
        public const string UltraCost = "ultraai.ultra.cost";
        public const string UltraReviewParse = "ultraai.ultra.review.parse";
        public const string UltraAgreement = "ultraai.ultra.agreement";
        public const string UltraRevisions = "ultraai.ultra.revisions";
        public const string UltraLeadFailovers = "ultraai.ultra.lead.failovers";
        public const string StoreAvailable = "ultraai.store.available";
    }

    /// <summary>Tags. Their values come from closed lists or from the configuration; those of <see cref="Model"/> from clients, but a bounded number.</summary>
    public static class Tags
    {
        public const string Provider = "provider";
        public const string Outcome = "outcome";
        public const string Key = "key";
        public const string Model = "model";
        public const string Limit = "limit";
        public const string Decision = "decision";
        public const string Destination = "destination";
        public const string Credential = "credential";
        public const string Reason = "reason";
        public const string Phase = "phase";
        public const string Side = "side";

        /// <summary>In spans: the provider's name in the configuration.</summary>
        public const string SpanProvider = "ultraai.provider";
    }
}
