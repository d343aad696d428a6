using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A plain TCP load balancer: new connections go in turn to the instances that say they are ready, open ones stay where they are.</summary>
internal sealed class TcpBalancer : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<int, bool> _instances = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly Task _accepting;
    private readonly Task _watching;
    private int _next;

    public TcpBalancer()
    {
        _listener.Start(backlog: 1024);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
        _watching = WatchAsync();
    }

    public int Port { get; }

    /// <summary>Adds an instance, and waits until it gets connections.</summary>
    public Task AddAsync(int port)
    {
        _instances[port] = false;
        return Eventually.TrueAsync(() => _instances[port], $"the instance on {port} is ready", Deadlines.Step);
    }

    public void Remove(int port) => _instances.TryRemove(port, out _);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await Task.WhenAll([_accepting, _watching, .. _connections.Keys]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var port in _instances.Keys)
            {
                var isReady = await IsReadyAsync(port);
                _instances.TryUpdate(port, isReady, !isReady);
            }

            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsReadyAsync(int port)
    {
        try
        {
            using var response = await _client.GetAsync($"http://127.0.0.1:{port}/health/ready", _stop.Token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                var connection = ServeAsync(client);
                _connections[connection] = true;
                _ = connection.ContinueWith(task => _connections.TryRemove(task, out _), TaskScheduler.Default);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            var ready = _instances.Where(instance => instance.Value).Select(instance => instance.Key).Order().ToArray();
            if (ready.Length == 0)
            {
                return;
            }

            using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.NoDelay = true;
            await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, ready[Interlocked.Increment(ref _next) % ready.Length]), _stop.Token);
            await Task.WhenAny(Task.WhenAll(PumpAsync(client, server), PumpAsync(server, client)), Task.Delay(Timeout.Infinite, _stop.Token));
        }
    }

    /// <summary>Hands bytes on as they come, an orderly end as such, and a reset as a reset.</summary>
    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, SocketFlags.None, _stop.Token)) > 0)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, _stop.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            to.LingerState = new LingerOption(enable: true, seconds: 0);
            to.Close();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The test is over, or the other side has been reset.
        }
    }
}
