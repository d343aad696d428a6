using System.Diagnostics;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>A number of connections, each of which sends its next request when the last answer is there.</summary>
internal static class ClosedLoad
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <param name="target">Where to.</param>
    /// <param name="request">What.</param>
    /// <param name="connections">How many at once.</param>
    /// <param name="time">For how long.</param>
    /// <param name="count">How many requests at most; 0 for no limit.</param>
    public static async Task<LoadCounts> RunAsync(LoadTarget target, byte[] request, int connections, TimeSpan time, int count = 0)
    {
        var counts = new LoadCounts();
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var left = count == 0 ? int.MaxValue : count;
        var all = new LoadConnection[connections];
        var runs = Enumerable.Range(0, connections).Select(async number =>
        {
            using var connection = all[number] = new LoadConnection(target);
            await connection.ConnectAsync();
            while (Stopwatch.GetTimestamp() < end && Interlocked.Decrement(ref left) >= 0)
            {
                var began = Stopwatch.GetTimestamp();
                var (status, length) = await connection.ExchangeAsync(request);
                if (!LoadTarget.IsAnswer(status, length))
                {
                    counts.AddError();
                    return;
                }

                counts.Add(Stopwatch.GetElapsedTime(began));
            }
        });
        await WithinAsync(Task.WhenAll(runs), time + Grace, all);
        return counts;
    }

    /// <summary>Waits, and closes what hangs: its requests then count as errors.</summary>
    public static async Task WithinAsync(Task work, TimeSpan limit, IEnumerable<LoadConnection?> connections)
    {
        if (await Task.WhenAny(work, Task.Delay(limit)) != work)
        {
            foreach (var connection in connections)
            {
                connection?.Dispose();
            }
        }

        await work;
    }
}
