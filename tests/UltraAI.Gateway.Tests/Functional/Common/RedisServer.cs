using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A redis-server process of a test's own, on a free port, in a folder that goes with it.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/redis-server";

    // The same on Linux for every processor that .NET runs on: man 7 signal.
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly string _folder;
    private readonly bool _appendOnly;
    private readonly string[] _further;
    private Process? _process;

    private RedisServer(string folder, bool appendOnly, string[] further)
    {
        _folder = folder;
        _appendOnly = appendOnly;
        _further = further;
    }

    public int Port { get; private set; }

    /// <summary>As StackExchange.Redis takes it.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <param name="appendOnly">Writes every change to its disk before it answers, so that <see cref="RestartAsync"/> finds it again.</param>
    /// <param name="further">Further options of the program.</param>
    public static async Task<RedisServer> StartAsync(bool appendOnly = false, params string[] further)
    {
        var server = new RedisServer(Directory.CreateTempSubdirectory("ultraai-redis-").FullName, appendOnly, further);
        for (var attempt = 1; ; attempt++)
        {
            server.Port = FreePort();
            server.Launch();
            try
            {
                await server.WaitUntilReadyAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // Somebody else took the port in between.
            }
        }
    }

    /// <summary>Freezes the process: connections stay, nothing is answered.</summary>
    public void Stop() => Signal(SigStop);

    /// <summary>Lets a frozen process go on.</summary>
    public void Continue() => Signal(SigCont);

    /// <summary>Ends the process at once, as a crash would.</summary>
    public void Kill()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <summary>Kills it, if it runs, and starts it on the same port.</summary>
    public async Task RestartAsync()
    {
        Kill();
        Launch();
        await WaitUntilReadyAsync();
    }

    /// <summary>Sends one command, such as <c>FLUSHALL</c>, over a connection of its own.</summary>
    /// <returns>The first line of the answer.</returns>
    public async Task<string> CommandAsync(string command)
    {
        using var client = new TcpClient { NoDelay = true };
        using var deadline = Deadlines.StepCancellation();
        await client.ConnectAsync(IPAddress.Loopback, Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), deadline.Token);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(deadline.Token) ?? "";
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Launch()
    {
        string[] persistence = _appendOnly ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
        string[] arguments = ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--logfile", "redis.log", .. persistence, .. _further];
        _process = Process.Start(new ProcessStartInfo(Program, arguments) { UseShellExecute = false })
            ?? throw new InvalidOperationException($"{Program} did not start.");
    }

    private async Task WaitUntilReadyAsync()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"{Program} ended with code {_process.ExitCode} on port {Port}.");
            }

            try
            {
                // One that wants a password runs, too.
                if (await CommandAsync("PING") is var answer && (answer == "+PONG" || answer.StartsWith("-NOAUTH", StringComparison.Ordinal)))
                {
                    return;
                }
            }
            catch (Exception fault) when (fault is SocketException or IOException && watch.Elapsed < Deadlines.Step)
            {
                // Not yet.
            }

            await Task.Delay(10);
        }
    }

    private void Signal(int signal)
    {
        if (_process is { } process && SendSignal(process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent to {Program}.");
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);
}
