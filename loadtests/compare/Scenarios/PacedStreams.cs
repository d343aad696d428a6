using System.Diagnostics;
using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Processes;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Scenarios;

/// <summary>Streams of 100 chunks at 20 ms, begun over two seconds, so that beginnings and ends are spread over the measurement.</summary>
internal static class PacedStreams
{
    private const int Chunks = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task<Sample> RunAsync(Rig rig, CompareOptions options, Target target)
    {
        await rig.Upstream.SetAsync(Chunks, Interval);
        var refused = (await rig.Upstream.StatsAsync()).Refused;
        using var load = await StreamLoad.StartAsync(target.Load, options.PacedStreams, options.IsQuick ? TimeSpan.FromSeconds(0.2) : Chunks * Interval);

        var pids = target.Pids();
        var cpu = ProcessTree.CpuOf(pids);
        var began = Stopwatch.GetTimestamp();
        load.Chunks.IsCounting = true;
        await Task.Delay(options.Time);
        load.Chunks.IsCounting = false;
        var elapsed = Stopwatch.GetElapsedTime(began);
        cpu = ProcessTree.CpuOf(pids) - cpu;
        await load.StopAsync();

        var values = Measurement.Values(load.Chunks, elapsed, cpu, pids.Length > 0);
        values["stalls_per_1000"] = load.Chunks.Stalls * 1000.0 / load.Chunks.Done;

        // Of the chunks that should have come in this time, those that did not.
        values["missing_share"] = 1 - (load.Chunks.Done / (options.PacedStreams * (elapsed / Interval)));
        refused = (await rig.Upstream.StatsAsync()).Refused - refused;
        return new Sample(values, load.Chunks.Errors + refused + (load.Chunks.Done == 0 ? 1 : 0));
    }
}
