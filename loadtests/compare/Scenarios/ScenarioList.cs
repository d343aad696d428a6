using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Scenarios;

/// <summary>All scenarios, in the order in which they are run.</summary>
internal static class ScenarioList
{
    private const int UnaryBody = 1024;
    private const int LargeBody = 100 * 1024;
    private const int UploadBody = 20 * 1024 * 1024;
    private const int OpenRate = 500;

    private static readonly string[] Proxies = [TargetNames.Gateway, TargetNames.Yarp, TargetNames.Nginx, TargetNames.Haproxy];

    public static readonly IReadOnlyList<Scenario> All =
    [
        new("unary", "1 KB calls, 32 connections, as fast as they go", "call", [.. Proxies, TargetNames.GatewayOff, TargetNames.GatewayRedis, TargetNames.NginxGuard], (rig, options, target) =>
            ClosedAsync(rig, options, target!, UnaryBody, connections: 32)),
        new("open", "1 KB calls, 500 per second", "call", [.. Proxies, TargetNames.GatewayRedis, TargetNames.Direct], (rig, options, target) =>
            Measurement.RunAsync(rig, target!, () => new OpenLoad(target!.Load, target.Load.Request(UnaryBody), OpenRate).RunAsync(options.Time))),
        new("large", "100 KB prompts, 16 connections, as fast as they go", "call", Proxies, (rig, options, target) => ClosedAsync(rig, options, target!, LargeBody, connections: 16)),
        new("upload", "20 MB uploads, 2 connections", "call", Proxies, (rig, options, target) => ClosedAsync(rig, options, target!, UploadBody, connections: 2)),
        new("sse", "500 streams, a chunk each 20 ms", "chunk", [.. Proxies, TargetNames.Direct], (rig, options, target) => PacedStreams.RunAsync(rig, options, target!)),
        new("ws", "WebSocket, 200 B ping-pong, 32 connections", "message", Proxies, (rig, options, target) =>
            Measurement.RunAsync(rig, target!, () => WebSocketLoad.RunAsync(target!.Load, 32, options.Time), reachesUpstream: false)),
        new("idle-load", "5,000 idle streams and 500 calls per second at once", "call", [TargetNames.Gateway], (rig, options, target) => IdleWithLoad.RunAsync(rig, options, target!, OpenRate, UnaryBody)),
        new("tls1", "1 KB calls, 32 connections, upstream over TLS and HTTP/1.1", "call", ["gateway-tls1", "yarp-tls1"], (rig, options, target) => ClosedAsync(rig, options, target!, UnaryBody, connections: 32)),
        new("tls2", "1 KB calls, 32 connections, upstream over TLS and HTTP/2", "call", ["gateway-tls2", "yarp-tls2"], (rig, options, target) => ClosedAsync(rig, options, target!, UnaryBody, connections: 32)),
        OfFresh("idle", "5,000 idle streams, twice, in a fresh process", "stream", Proxies, 3, IdleMemory.RunAsync),
        OfFresh("memory", "Memory after start, with nothing to do", "start", [TargetNames.Gateway, TargetNames.Yarp], 3, Starts.MemoryAsync),
        OfFresh("start", "Start of the published build, and the first 200 calls over 4 connections", "start", [TargetNames.Gateway, TargetNames.Yarp], 5, Starts.FirstCallsAsync),
    ];

    public static IReadOnlyList<string> Names => [.. All.Select(scenario => scenario.Name)];

    private static Scenario OfFresh(string name, string title, string unit, string[] targets, int rounds, Func<Rig, CompareOptions, string, Task<Sample>> run) =>
        new(name, title, unit, targets, (_, _, _) => throw new InvalidOperationException("It starts its own target.")) { RunFreshAsync = run, MostRounds = rounds };

    private static Task<Sample> ClosedAsync(Rig rig, CompareOptions options, Target target, int bodySize, int connections)
    {
        var request = target.Load.Request(bodySize);
        return Measurement.RunAsync(rig, target, () => ClosedLoad.RunAsync(target.Load, request, connections, options.Time));
    }
}
