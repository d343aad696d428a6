namespace UltraAI.Gateway.Tests;

/// <summary>What a piece of work allocates.</summary>
internal static class Allocations
{
    private const int Tries = 5;

    /// <summary>The bytes that the work allocates on this thread, of five times the least: now and then the runtime allocates something of its own on it.</summary>
    public static long Of(Action work)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Tries; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
