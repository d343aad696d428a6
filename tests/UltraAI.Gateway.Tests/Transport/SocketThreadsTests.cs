using System.Net;
using System.Net.Sockets;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport.Shards;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

/// <summary>Connections on a chosen thread of the runtime's.</summary>
public sealed class SocketThreadsTests
{
    [Fact]
    public void Threads_AreAsManyAsProcessors()
    {
        // With one thread there is nothing to choose.
        Assert.Equal(Environment.ProcessorCount > 1 ? Environment.ProcessorCount : 0, SocketThreads.Count);
    }

    [Fact]
    public void Thread_ThatServesNoSockets_HasNoNumber()
    {
        // Not the test's own: after a test that awaited a socket, it may be one of them.
        var number = -1;
        var thread = new Thread(() => number = SocketThreads.Current);
        thread.Start();
        thread.Join();

        Assert.Equal(0, number);
    }

    [Fact]
    public async Task Connection_IsServedByTheThreadThatWasAskedFor()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 100);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        // Other tests make sockets too, and one of theirs may come between. Twenty right ones in a row are no accident.
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    var thread = (i % SocketThreads.Count) + 1;
                    if (await ServedByAsync(listener, port, thread) != thread)
                    {
                        return false;
                    }
                }

                return true;
            },
            "every connection is on its thread");
    }

    [Fact]
    public async Task Connection_ThatFails_SaysWhy()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

        var failure = await Assert.ThrowsAsync<SocketException>(async () =>
            await SocketThreads.ConnectAsync(socket, [IPAddress.Loopback], ((IPEndPoint)closed.LocalEndPoint!).Port, 1, CancellationToken.None, TestContext.Current.CancellationToken));

        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_ThatIsGivenUp_LetsTheNextOneGoOn(bool byHandler)
    {
        var gone = new CancellationToken(canceled: true);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var given = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var next = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await SocketThreads.ConnectAsync(given, [IPAddress.Loopback], port, 1, byHandler ? default : gone, byHandler ? gone : default));
        Assert.False(given.Connected);
        await SocketThreads.ConnectAsync(next, [IPAddress.Loopback], port, 1, CancellationToken.None, TestContext.Current.CancellationToken);

        Assert.True(next.Connected);
    }

    private static async Task<int> ServedByAsync(TcpListener listener, int port, int thread)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await SocketThreads.ConnectAsync(socket, [IPAddress.Loopback], port, thread, CancellationToken.None, TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);

        // Not awaited before there is something to wait for.
        var served = socket.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.None, TestContext.Current.CancellationToken).AsTask()
            .ContinueWith(static _ => SocketThreads.Current, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        accepted.Send([1]);
        return await served;
    }
}
