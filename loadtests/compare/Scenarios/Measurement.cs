using System.Diagnostics;
using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Processes;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Scenarios;

/// <summary>Runs load at a target and takes its CPU time over exactly that.</summary>
internal static class Measurement
{
    /// <param name="rig">Whose upstream must have seen the requests.</param>
    /// <param name="target">What is measured.</param>
    /// <param name="load">The load.</param>
    /// <param name="reachesUpstream">Whether each unit is a request that the upstream counts.</param>
    public static async Task<Sample> RunAsync(Rig rig, Target target, Func<Task<LoadCounts>> load, bool reachesUpstream = true)
    {
        var pids = target.Pids();
        var before = await rig.Upstream.StatsAsync();
        var cpu = ProcessTree.CpuOf(pids);
        var began = Stopwatch.GetTimestamp();
        var counts = await load();
        var elapsed = Stopwatch.GetElapsedTime(began);
        cpu = ProcessTree.CpuOf(pids) - cpu;
        var after = await rig.Upstream.StatsAsync();

        var values = Values(counts, elapsed, cpu, hasProcess: pids.Length > 0);
        values["connections_per_1000"] = (after.Connections - before.Connections - 1) * 1000.0 / counts.Done;
        var unseen = reachesUpstream ? Math.Max(0, counts.Done - (after.Requests - before.Requests)) : 0;
        return new Sample(values, counts.Errors + (after.Refused - before.Refused) + unseen + (counts.Done == 0 ? 1 : 0));
    }

    public static Dictionary<string, double> Values(LoadCounts counts, TimeSpan elapsed, TimeSpan cpu, bool hasProcess)
    {
        var values = new Dictionary<string, double>
        {
            ["units"] = counts.Done,
            ["per_second"] = counts.Done / elapsed.TotalSeconds,
            ["p50_us"] = counts.Times.Percentile(0.5).TotalMicroseconds,
            ["p99_us"] = counts.Times.Percentile(0.99).TotalMicroseconds,
        };
        if (hasProcess)
        {
            values["cpu_us"] = cpu.TotalMicroseconds / counts.Done;
            values["cores"] = cpu / elapsed;
        }

        return values;
    }
}
