using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A redis-server process of a test's own, in a temporary folder.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-redis-");
    private readonly bool _appendOnly;
    private Process _process = null!;

    private RedisServer(bool appendOnly) => _appendOnly = appendOnly;

    public int Port { get; } = FreePort();

    public string ConnectionString => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    public static async Task<RedisServer> StartAsync(bool appendOnly = false)
    {
        var server = new RedisServer(appendOnly);
        await server.RestartAsync();
        return server;
    }

    /// <summary>Keeps its connections and answers nothing.</summary>
    public void Stop() => Signal("STOP");

    public void Continue() => Signal("CONT");

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Starts it, on the same port; with <c>appendOnly</c> with what it had.</summary>
    public async Task RestartAsync()
    {
        _process = Process.Start(new ProcessStartInfo("redis-server")
        {
            ArgumentList =
            {
                "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.FullName, "--save", "",
                "--appendonly", _appendOnly ? "yes" : "no", "--appendfsync", "always",
            },
            RedirectStandardOutput = true,
        })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        await Eventually.TrueAsync(AnswersAsync, "redis-server answers");
    }

    public ValueTask DisposeAsync()
    {
        try
        {
            Continue();
            Kill();
        }
        catch (InvalidOperationException)
        {
            // A test has killed it.
        }

        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Signal(string name) => Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString + ",connectTimeout=1000,connectRetry=0");
            return await connection.GetDatabase().PingAsync() > TimeSpan.Zero;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
