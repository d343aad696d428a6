using System.Diagnostics;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Waits on conditions that the test can't await.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var limit = within ?? Deadlines.Step;
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit)
            {
                Assert.Fail($"Not within {limit.TotalSeconds} s: {what}");
            }

            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets so much time pass, and no less: a timer alone may end a little early.</summary>
    public static async Task PassedAsync(TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        while (time - watch.Elapsed is { Ticks: > 0 } left)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Polls until a value satisfies the condition, and returns it.</summary>
    public static async Task<T> ValueAsync<T>(Func<Task<T>> read, Func<T, bool> condition, string what, TimeSpan? within = null)
    {
        T value = default!;
        await TrueAsync(async () => condition(value = await read()), what, within);
        return value;
    }
}
