using System.Diagnostics;
using System.Runtime.InteropServices;

namespace UltraAI.Gateway.Compare.Processes;

/// <summary>Sleeps to within some ten microseconds, on a thread of its own, without spinning.</summary>
internal static class PreciseSleep
{
    private const int SetTimerSlack = 29;

    /// <summary>Called once by each thread that sleeps so: the kernel otherwise rounds up to 50 µs.</summary>
    public static void PrepareThread() => _ = PrCtl(SetTimerSlack, 1_000, 0, 0, 0);

    /// <summary>Sleeps until this time of <see cref="Stopwatch"/>.</summary>
    public static void Until(long timestamp)
    {
        var left = timestamp - Stopwatch.GetTimestamp();
        if (left > 0)
        {
            var nanoseconds = (long)(left * (1_000_000_000.0 / Stopwatch.Frequency));
            var time = new TimeSpec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
            _ = NanoSleep(ref time, IntPtr.Zero);
        }
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(ref TimeSpec time, IntPtr left);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
