using System.Diagnostics;
using System.Globalization;

namespace UltraAI.Gateway.Compare.Processes;

/// <summary>A process that this program started, and ends by its id.</summary>
internal sealed class StartedProcess : IAsyncDisposable
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<StartedProcess> Running = [];

    private readonly Process _process;
    private readonly StreamWriter _log;

    private StartedProcess(ProcessStartInfo start, string log)
    {
        LogFile = log;
        _log = new StreamWriter(log) { AutoFlush = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        lock (Gate)
        {
            _process.Start();
            Running.Add(this);
        }

        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    public string LogFile { get; }

    /// <summary>Starts a program whose output goes to a file.</summary>
    /// <param name="log">The file.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Variables over this process's own, of which those that change how a target runs are taken out.</param>
    public static StartedProcess Start(string log, string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(log)! };
        foreach (var name in start.Environment.Keys.Where(IsTakenOut).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new StartedProcess(start, log);
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Ends everything that still runs, at once: for a program that is itself told to end.</summary>
    public static void KillAll()
    {
        lock (Gate)
        {
            foreach (var started in Running)
            {
                started.Kill();
            }
        }
    }

    /// <summary>Asks it to end, and kills it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var terminate = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
            await terminate.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(8));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Kill();
            }
        }

        lock (Gate)
        {
            Running.Remove(this);
        }

        _process.Dispose();
        lock (_log)
        {
            _log.Dispose();
        }
    }

    // The runtime's own switches, too: they are for this program, not for what it measures.
    private static bool IsTakenOut(string name) =>
        name.StartsWith("Gateway__", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name.StartsWith("ULTRAAI_", StringComparison.Ordinal) || name.StartsWith("OTEL_", StringComparison.Ordinal)
        || name.StartsWith("DOTNET_SYSTEM_NET_", StringComparison.Ordinal) || name.EndsWith("_API_KEY", StringComparison.Ordinal) || name is "HF_TOKEN" or "URLS";

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private void Log(string? line)
    {
        lock (_log)
        {
            if (line is not null && _log.BaseStream is not null)
            {
                _log.WriteLine(line);
            }
        }
    }
}
