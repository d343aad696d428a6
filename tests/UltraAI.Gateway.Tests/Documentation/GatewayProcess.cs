using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>The built program in a process of its own, without the variables of this one that it would read.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    public static readonly string BuiltProgram = Path.Combine(AppContext.BaseDirectory, "UltraAI.Gateway.dll");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private int _isDisposed;
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GatewayProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_lock)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts the program with these arguments.</summary>
    public static GatewayProcess Start(IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment = null, string? program = null) =>
        new(StartInfo("dotnet", [program ?? BuiltProgram, .. args], environment, Repository.Root));

    /// <summary>Starts the program so that it hears Ctrl+C even where this process was started in the background, which ignores it.</summary>
    public static GatewayProcess StartInterruptible(IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment = null) =>
        new(StartInfo("env", ["--default-signal=INT", "dotnet", BuiltProgram, .. args], environment, Repository.Root));

    /// <summary>Starts the program with a configuration on a free port, and waits until it listens.</summary>
    public static async Task<RunningGateway> StartOnAsync(string configurationFile)
    {
        var process = Start(["--config", configurationFile, "--urls", "http://127.0.0.1:0"]);
        try
        {
            var listening = await process.WaitForAsync(@"Now listening on: http://127\.0\.0\.1:(\d+)");
            return new RunningGateway(process, int.Parse(listening.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the program to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment = null) =>
        RunAsync("dotnet", [BuiltProgram, .. args], environment, Repository.Root);

    /// <summary>Runs any program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string file, IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment, string folder, TimeSpan? patience = null)
    {
        await using var process = new GatewayProcess(StartInfo(file, args, environment, folder));
        return (await process.WaitForExitAsync(patience), process.Output);
    }

    /// <summary>Waits until the output matches.</summary>
    public async Task<Match> WaitForAsync(string pattern)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (Regex.Match(_output.ToString(), pattern, RegexOptions.Multiline) is { Success: true } match)
                {
                    return match;
                }

                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"The program ended without saying '{pattern}':\n{_output}");
                }

                more = _more.Task;
            }

            // The end of the process brings no line of its own.
            await Task.WhenAny(more, _process.WaitForExitAsync(limit.Token)).WaitAsync(limit.Token);
        }
    }

    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Tells the program to stop, as a container engine does.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("-TERM");
        return await WaitForExitAsync();
    }

    /// <summary>Ctrl+C.</summary>
    public Task InterruptAsync() => SignalAsync("-INT");

    /// <summary>Kills it (SIGKILL) if it still runs. May be called more than once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string file, IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment, string folder)
    {
        var start = new ProcessStartInfo(file, args) { WorkingDirectory = folder };
        foreach (var name in start.Environment.Keys.Where(IsRead).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static bool IsRead(string name) =>
        name.StartsWith("Gateway__", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name.StartsWith("ULTRAAI_", StringComparison.Ordinal) || name.StartsWith("OTEL_", StringComparison.Ordinal)
        || name.EndsWith("_API_KEY", StringComparison.Ordinal) || name is "HF_TOKEN" or "URLS";

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private void Append(string? line)
    {
        if (line is null)
        {
            // Not a line, but the end of standard output or of the error stream, of which either may come first.
            return;
        }

        lock (_lock)
        {
            _output.Append(line).Append('\n');
            _more.TrySetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

/// <summary>A gateway in a process of its own that listens.</summary>
internal sealed record RunningGateway(GatewayProcess Process, int Port) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
