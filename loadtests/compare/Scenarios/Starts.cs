using System.Diagnostics;
using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Processes;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Scenarios;

/// <summary>What a start costs: time, memory, and the first calls, for which nothing is compiled yet.</summary>
internal static class Starts
{
    private const int FirstCalls = 200;
    private const int Connections = 4;

    public static async Task<Sample> MemoryAsync(Rig rig, CompareOptions options, string name)
    {
        await using var target = await StartAsync(rig, name);
        await Task.Delay(TimeSpan.FromSeconds(options.IsQuick ? 0.5 : 5));
        var pids = target.Pids();
        return new Sample(new Dictionary<string, double>
        {
            ["resident_mb"] = ProcessTree.ResidentOf(pids) / 1048576.0,
            ["memory_mb"] = ProcessTree.MemoryOf(pids) / 1048576.0,
        }, 0);
    }

    public static async Task<Sample> FirstCallsAsync(Rig rig, CompareOptions options, string name)
    {
        var began = Stopwatch.GetTimestamp();
        await using var target = await StartAsync(rig, name);
        var ready = Stopwatch.GetElapsedTime(began);

        var counts = await ClosedLoad.RunAsync(target.Load, target.Load.Request(1024), Connections, TimeSpan.FromSeconds(20), FirstCalls);
        return new Sample(new Dictionary<string, double>
        {
            ["ready_ms"] = ready.TotalMilliseconds,
            ["first_p50_ms"] = counts.Times.Percentile(0.5).TotalMilliseconds,
            ["first_p99_ms"] = counts.Times.Percentile(0.99).TotalMilliseconds,
            ["first_worst_ms"] = counts.Times.Percentile(1).TotalMilliseconds,
        }, counts.Errors + (counts.Done == FirstCalls ? 0 : 1));
    }

    private static async Task<Target> StartAsync(Rig rig, string name) =>
        await rig.StartTargetAsync(name) ?? throw new CompareException($"{name} is gone.");
}
