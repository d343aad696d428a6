using System.Globalization;
using System.Runtime.InteropServices;

namespace UltraAI.Gateway.Compare.Processes;

/// <summary>What the kernel knows about processes: CPU time and memory of one and all its descendants.</summary>
internal static class ProcessTree
{
    /// <summary>The process and its descendants.</summary>
    public static int[] Of(int pid)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var other) && Read(other, "stat") is { } stat)
            {
                // The name before it may hold spaces and parentheses.
                parents[other] = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            }
        }

        var tree = new List<int> { pid };
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(parents.Where(pair => pair.Value == tree[i]).Select(pair => pair.Key));
        }

        return [.. tree];
    }

    /// <summary>CPU time, user and system, of these processes so far, ended threads included.</summary>
    /// <exception cref="CompareException">One of them has ended: what it used is not known, and not zero.</exception>
    public static TimeSpan CpuOf(int[] pids)
    {
        var nanoseconds = 0L;
        foreach (var pid in pids)
        {
            // The CPU clock of another process (clock_getcpuclockid); /proc/PID/stat counts in steps of 10 ms.
            if (ClockGetTime((~pid << 3) | 2, out var time) != 0)
            {
                throw new CompareException(string.Create(CultureInfo.InvariantCulture, $"The CPU time of process {pid} can't be read; it has ended."));
            }

            nanoseconds += (time.Seconds * 1_000_000_000) + time.Nanoseconds;
        }

        return TimeSpan.FromTicks(nanoseconds / 100);
    }

    /// <summary>The memory of these processes in bytes; pages that several share are divided among them (PSS).</summary>
    /// <exception cref="CompareException">One of them has ended, or doesn't let this user look.</exception>
    public static long MemoryOf(int[] pids) => pids.Sum(pid => Kilobytes(pid, "Pss:")) * 1024;

    /// <summary>The resident memory of these processes in bytes (RSS).</summary>
    /// <exception cref="CompareException">One of them has ended, or doesn't let this user look.</exception>
    public static long ResidentOf(int[] pids) => pids.Sum(pid => Kilobytes(pid, "Rss:")) * 1024;

    private static long Kilobytes(int pid, string name) => Read(pid, "smaps_rollup")?.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
        ? long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture)
        : throw new CompareException(string.Create(CultureInfo.InvariantCulture, $"The memory of process {pid} can't be read; it has ended, or runs as another user."));

    private static string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
