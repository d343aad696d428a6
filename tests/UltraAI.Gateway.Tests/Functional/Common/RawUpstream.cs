using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A provider made of bytes: it records what it is sent, counts its connections, and answers by a lambda.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    public const string DefaultBody = """{"object":"ok"}""";

    private readonly TcpListener _listener;
    private readonly ConcurrentQueue<RawRequest> _requests = new();
    private readonly ConcurrentDictionary<WireConnection, Task> _connections = new();
    private readonly Task _accepting;
    private int _accepted;
    private int _open;

    public RawUpstream()
        : this(new IPEndPoint(IPAddress.Loopback, 0))
    {
    }

    public RawUpstream(IPEndPoint address)
    {
        _listener = new TcpListener(address);
        _listener.Start(backlog: 1024);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string BaseUrl => $"http://127.0.0.1:{Port}";

    /// <summary>What goes on the wire in Host.</summary>
    public string Authority => $"127.0.0.1:{Port}";

    /// <summary>Answers every request from now on.</summary>
    public Func<RawExchange, Task> Handler { get; set; } = exchange => exchange.RespondJsonAsync(DefaultBody);

    /// <summary>False for tests that send thousands of requests and watch memory.</summary>
    public bool RecordsRequests { get; set; } = true;

    public int AcceptedConnections => Volatile.Read(ref _accepted);

    /// <summary>Connections that neither side has closed.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    public IReadOnlyList<RawRequest> Requests => [.. _requests];

    /// <summary>The one request that it has seen.</summary>
    public RawRequest Request => Assert.Single(_requests);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var (connection, serving) in _connections)
        {
            await connection.DisposeAsync();
            await serving;
        }
    }

    private async Task AcceptAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                var connection = new WireConnection(socket);
                var number = Interlocked.Increment(ref _accepted);
                Interlocked.Increment(ref _open);
                _connections[connection] = ServeAsync(connection, number);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped, perhaps before the first accept.
        }
    }

    private async Task ServeAsync(WireConnection connection, int number)
    {
        await Task.Yield();
        _ = connection.PeerClosed.ContinueWith(
            _ => Interlocked.Decrement(ref _open),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        try
        {
            while (await ReadHeadAsync(connection) is { } bytes)
            {
                var exchange = new RawExchange(connection, new RawRequest(bytes, number));
                if (RecordsRequests)
                {
                    _requests.Enqueue(exchange.Request);
                }

                await Handler(exchange);
                if (exchange.IsOver)
                {
                    break;
                }

                await exchange.FinishAsync();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or TimeoutException or OperationCanceledException)
        {
            // The gateway left, or the test is over: what the test wants to know of it, it has asked by then.
        }
        finally
        {
            connection.Close();
            await connection.DisposeAsync();
            if (!RecordsRequests)
            {
                _connections.TryRemove(connection, out _);
            }
        }
    }

    /// <summary>Waits without a limit: a pooled connection may stay idle for long.</summary>
    private static async Task<byte[]?> ReadHeadAsync(WireConnection connection)
    {
        while (true)
        {
            try
            {
                return await connection.ReadThroughAsync("\r\n\r\n");
            }
            catch (TimeoutException)
            {
                // Idle.
            }
        }
    }
}
