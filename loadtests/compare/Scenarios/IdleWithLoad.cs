using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Scenarios;

/// <summary>Whether calls are slower while thousands of streams are open: first the calls alone, then both.</summary>
internal static class IdleWithLoad
{
    public static async Task<Sample> RunAsync(Rig rig, CompareOptions options, Target target, int rate, int bodySize)
    {
        var request = target.Load.Request(bodySize);
        Task<Sample> CallsAsync() => Measurement.RunAsync(rig, target, () => new OpenLoad(target.Load, request, rate).RunAsync(options.Time));

        await rig.Upstream.SetAsync(chunks: 2, TimeSpan.FromMinutes(2));
        var alone = await CallsAsync();
        Sample both;
        int errors;
        using (var streams = await IdleStreams.OpenAsync(target.Load, options.IdleStreams))
        {
            await Task.Delay(500);
            both = await CallsAsync();
            errors = streams.Errors;
        }

        await Task.Delay(700);
        var values = new Dictionary<string, double>(both.Values)
        {
            ["alone_p50_us"] = alone["p50_us"],
            ["alone_p99_us"] = alone["p99_us"],
        };
        return new Sample(values, alone.Errors + both.Errors + errors);
    }
}
