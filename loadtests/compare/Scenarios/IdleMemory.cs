using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Processes;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Scenarios;

/// <summary>What an open stream that waits costs in memory, whether the upstream's streams end with the clients', and whether memory is used again.</summary>
internal static class IdleMemory
{
    private static readonly TimeSpan HangUp = TimeSpan.FromSeconds(0.7);

    public static async Task<Sample> RunAsync(Rig rig, CompareOptions options, string name)
    {
        await using var target = await rig.StartTargetAsync(name) ?? throw new CompareException($"{name} is gone.");
        await ClosedLoad.RunAsync(target.Load, target.Load.Request(1024), 32, Of(options, 1));
        await Task.Delay(Of(options, 1));
        var pids = target.Pids();

        var before = ProcessTree.MemoryOf(pids);
        var first = await HoldAsync(rig, options, target, pids);
        await Task.Delay(Of(options, 1));
        var second = await HoldAsync(rig, options, target, pids);
        await Task.Delay(Of(options, 2));
        var after = ProcessTree.MemoryOf(pids);
        return SampleOf(options.IdleStreams, before, first, second, after);
    }

    internal static Sample SampleOf(int streams, long before, Held first, Held second, long after)
    {
        // A target that has kept the first streams open may have no room for as many again; the first time's figures stand all the same.
        var hasRoom = first.LeftOpen == 0;
        var values = new Dictionary<string, double>
        {
            ["units"] = streams,
            ["cpu_us"] = first.Cpu.TotalMicroseconds / streams,
            ["kb_per_stream"] = (first.Memory - before) / 1024.0 / streams,
            ["held_mb"] = first.Memory / 1048576.0,
            ["left_open"] = Math.Max(first.LeftOpen, second.LeftOpen),
            ["second_by_first"] = second.Errors == 0 ? (double)second.Memory / first.Memory : double.NaN,
            ["after_mb"] = after / 1048576.0,
            ["after_by_first"] = (double)after / first.Memory,
            ["second_errors"] = second.Errors,
        };
        return new Sample(values, first.Errors + (hasRoom ? second.Errors : 0));
    }

    private static async Task<Held> HoldAsync(Rig rig, CompareOptions options, Target target, int[] pids)
    {
        await rig.Upstream.SetAsync(chunks: 2, TimeSpan.FromMinutes(2));
        var before = (await rig.Upstream.StatsAsync()).OpenStreams;
        var cpu = ProcessTree.CpuOf(pids);
        long held;
        long errors;
        using (var streams = await IdleStreams.OpenAsync(target.Load, options.IdleStreams))
        {
            cpu = ProcessTree.CpuOf(pids) - cpu;
            await Task.Delay(Of(options, 1.5));
            held = ProcessTree.MemoryOf(pids);
            errors = streams.Errors + (((await rig.Upstream.StatsAsync()).OpenStreams - before) == options.IdleStreams ? 0 : 1);
        }

        await Task.Delay(HangUp);
        return new Held(held, (await rig.Upstream.StatsAsync()).OpenStreams - before, cpu, errors);
    }

    internal readonly record struct Held(long Memory, long LeftOpen, TimeSpan Cpu, long Errors);

    private static TimeSpan Of(CompareOptions options, double seconds) => TimeSpan.FromSeconds(options.IsQuick ? seconds / 5 : seconds);
}
