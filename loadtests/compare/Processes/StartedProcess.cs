using System.Diagnostics;
using System.Globalization;

namespace UltraAI.Gateway.Compare.Processes;

/// <summary>A process that this program started, and ends by its id.</summary>
internal sealed class StartedProcess : IAsyncDisposable
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<StartedProcess> Running = [];

    private const int TailLines = 20;

    private static bool _isOver;

    private readonly Process _process;
    private readonly Queue<string> _tail = new();
    private readonly StreamWriter _log;

    private StartedProcess(ProcessStartInfo start, string log)
    {
        _log = new StreamWriter(log) { AutoFlush = true };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        lock (Gate)
        {
            if (_isOver)
            {
                throw new CompareException("Nothing is started any more.");
            }

            _process.Start();
            Running.Add(this);
        }

        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

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

    /// <summary>
    /// The last lines of its output, for a message: the log itself is deleted with all the rest. There is no secret of the user's in
    /// them, since none is passed on to it.
    /// </summary>
    public async Task<string> TailAsync()
    {
        if (_process.HasExited)
        {
            // What it said last may still be on its way; a child of its own may keep the pipe open for good.
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(1)));
        }

        lock (_log)
        {
            return _tail.Count == 0 ? "It said nothing." : string.Join('\n', _tail);
        }
    }

    /// <summary>Ends everything that still runs, at once, and lets nothing be started any more: for a program that is itself told to end.</summary>
    public static void KillAll()
    {
        lock (Gate)
        {
            _isOver = true;
            foreach (var started in Running)
            {
                started.Kill();
                started._process.WaitForExit(TimeSpan.FromSeconds(1)); // it may be writing into what is deleted next
            }
        }
    }

    /// <summary>Whether a variable is for this program, not for what it starts; the runtime's own switches, too.</summary>
    internal static bool IsTakenOut(string name) =>
        name.StartsWith("Gateway__", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Kestrel__", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Logging__", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name.StartsWith("ULTRAAI_", StringComparison.Ordinal) || name.StartsWith("OTEL_", StringComparison.Ordinal)
        || name.StartsWith("DOTNET_SYSTEM_NET_", StringComparison.Ordinal) || name.EndsWith("_API_KEY", StringComparison.Ordinal) || name is "HF_TOKEN" or "URLS";

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
                _tail.Enqueue(line);
                if (_tail.Count > TailLines)
                {
                    _tail.Dequeue();
                }
            }
        }
    }
}
