using UltraAI.Gateway.Compare.Scenarios;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Reports;

/// <summary>What the gateway is held to.</summary>
internal static class GoalList
{
    private const string Gateway = TargetNames.Gateway;
    private const string Yarp = TargetNames.Yarp;
    private const string Direct = TargetNames.Direct;

    public static readonly IReadOnlyList<Goal> All =
    [
        Ratio("1 KB, 32 connections, CPU per call × bare YARP, embedded store", "unary", 1.00, 0.85, "cpu_us", Gateway, Yarp),
        Ratio("the same with Redis", "unary", 1.10, 0.95, "cpu_us", TargetNames.GatewayRedis, Yarp),
        Ratio("the same × an nginx that checks keys and limits too", "unary", 2.4, 1.7, "cpu_us", Gateway, TargetNames.NginxGuard),
        Ratio("CPU per call at 500/s × bare YARP", "open", 0.50, 0.25, "cpu_us", Gateway, Yarp),
        Added("added p50 at 500/s × bare YARP's", "open", 1.0, 0.75),
        Ratio("100 KB prompt, CPU per call × bare YARP", "large", 1.0, 0.80, "cpu_us", Gateway, Yarp),
        Ratio("20 MB upload, CPU per call × bare YARP", "upload", 1.10, 1.0, "cpu_us", Gateway, Yarp),
        Ratio("500 paced streams, CPU per chunk × bare YARP", "sse", 1.0, 0.70, "cpu_us", Gateway, Yarp),
        Added("500 paced streams, added p50 delay of a chunk × bare YARP's", "sse", 2.0, 0.9),
        Ratio("WebSocket, CPU per message × bare YARP", "ws", 1.05, 0.65, "cpu_us", Gateway, Yarp),
        Value("memory per idle stream at 5,000, KB", "idle", 32, 26, "kb_per_stream"),
        Value("upstream streams open 0.7 s after all clients hung up", "idle", 0, 0, "left_open"),
        Value("5,000 idle streams a second time: memory × the first time's", "idle", 1.2, 1.0, "second_by_first"),
        Value("memory after two rounds of 5,000 idle streams × the first round's", "idle", 1.2, 1.0, "after_by_first"),
        new("500/s beside 5,000 idle streams: p99 × its p99 alone", "idle-load", 2, 1.2, [Gateway], round => round[Gateway]["p99_us"] / round[Gateway]["alone_p99_us"], IsRatio: false),
        Value("memory of an idle gateway (RSS), MB", "memory", 110, 70, "resident_mb"),
        Value("published build, start to listening, ms", "start", 1500, 600, "ready_ms"),
        Value("first 200 calls after a start, p99, ms", "start", 100, 30, "first_p99_ms"),
        Ratio("upstream over TLS and HTTP/1.1, CPU per call × bare YARP", "tls1", 1.0, 0.85, "cpu_us", "gateway-tls1", "yarp-tls1"),
        Ratio("upstream over TLS and HTTP/2, CPU per call × bare YARP", "tls2", 1.0, 0.85, "cpu_us", "gateway-tls2", "yarp-tls2"),
        Value("connections made per 1,000 calls, TLS and HTTP/1.1, 32 at once", "tls1", 32, 1, "connections_per_1000", "gateway-tls1"),
        Value("connections made per 1,000 calls, TLS and HTTP/2, 32 at once", "tls2", 32, 1, "connections_per_1000", "gateway-tls2"),
    ];

    private static Goal Ratio(string what, string scenario, double must, double aim, string value, string target, string by) =>
        new(what, scenario, must, aim, [target, by], round => round[target][value] / round[by][value], IsRatio: true);

    // What the gateway adds to a call that goes straight to the upstream, by what bare YARP adds.
    private static Goal Added(string what, string scenario, double must, double aim) =>
        new(what, scenario, must, aim, [Gateway, Yarp, Direct], round => Added(round, Gateway) / Added(round, Yarp), IsRatio: true);

    private static double Added(IReadOnlyDictionary<string, Sample> round, string target) => Math.Max(1, round[target]["p50_us"] - round[Direct]["p50_us"]);

    private static Goal Value(string what, string scenario, double must, double aim, string value, string target = Gateway) =>
        new(what, scenario, must, aim, [target], round => round[target][value], IsRatio: false);
}
