#pragma warning disable RS0030 // Its sockets send a byte to themselves, and nothing to anybody else.
using System.Net;
using System.Net.Sockets;

namespace UltraAI.Gateway.Transport.Shards;

/// <summary>The threads of the runtime that wait for sockets and, with inline completions, run what follows: which is which, and a connection on a chosen one.</summary>
/// <remarks>
/// A socket belongs to the thread that it was given when it first had to wait; the runtime gives them in turn, and tells nobody
/// which. A datagram to oneself tells: whoever handles its arrival comes right before the next socket's thread. Somebody else's
/// socket may come between; a connection is then on another thread, which costs time and nothing else.
/// </remarks>
internal static class SocketThreads
{
    private const int MostThreads = 256;
    private const int MostTries = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly Lazy<int> Found = new(Find);
    private static readonly SemaphoreSlim Turn = new(1);

    // Their managed ids, in the order in which the runtime gives them.
    private static volatile int[] _threads = [];

    [ThreadStatic]
    private static int _number;

    /// <summary>How many there are, found once per process; 0 if there is only one, or if completions run on the thread pool.</summary>
    public static int Count => Found.Value;

    /// <summary>Which one this thread is, from 1; 0 if it is none, or <see cref="Count"/> is 0.</summary>
    public static int Current => _number;

    /// <summary>Connects a socket that belongs to no thread yet, on a chosen one.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="addresses">What to try, in order.</param>
    /// <param name="port">The port.</param>
    /// <param name="thread">1 to <see cref="Count"/>.</param>
    /// <param name="givenUp">Whoever asked for it does not want it any more: looked at before it is begun.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async ValueTask ConnectAsync(Socket socket, IPAddress[] addresses, int port, int thread, CancellationToken givenUp, CancellationToken cancellationToken)
    {
        ValueTask connecting;
        await Turn.WaitAsync(cancellationToken);
        try
        {
            givenUp.ThrowIfCancellationRequested();
            await ComeToAsync(thread);
            connecting = socket.ConnectAsync(addresses, port, cancellationToken);
            if (connecting.IsCompletedSuccessfully)
            {
                // It did not have to wait for that; so it waits here, for the first byte.
                _ = WaitForDataAsync(socket);
            }
        }
        finally
        {
            Turn.Release();
        }

        await connecting;
    }

    private static int Find()
    {
        for (var i = 0; i < MostTries; i++)
        {
            try
            {
                if (TryFind(out var count))
                {
                    return count;
                }
            }
            catch (Exception exception) when (exception is SocketException or TimeoutException)
            {
                // No datagrams here: it goes without.
                break;
            }
        }

        _threads = [];
        return 0;
    }

    /// <returns>False if others made sockets meanwhile, so that the order is not certain.</returns>
    private static bool TryFind(out int count)
    {
        count = 0;
        _threads = [];
        var threads = new List<int>();
        while (Ask() is var thread && (threads.Count == 0 || thread != threads[0]))
        {
            if (thread == 0 || threads.Count == MostThreads)
            {
                return true;
            }

            threads.Add(thread);
        }

        if (threads.Count == 1)
        {
            return true;
        }

        // Once more around: each of them learns its number.
        _threads = [.. threads];
        for (var i = 1; i <= threads.Count; i++)
        {
            if (Ask() != threads[i % threads.Count])
            {
                return false;
            }
        }

        count = threads.Count;
        return true;

        // At the start of the process, on the thread that starts it.
        static int Ask() => AskAsync().GetAwaiter().GetResult();
    }

    /// <summary>Lets sockets be given away until the next one is for <paramref name="thread"/>.</summary>
    private static async Task ComeToAsync(int thread)
    {
        var threads = _threads;
        int last;
        try
        {
            last = Array.IndexOf(threads, await AskAsync()) + 1;
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            return;
        }

        for (var next = (last % threads.Length) + 1; next != thread; next = (next % threads.Length) + 1)
        {
            using var socket = MakeSocket();
            _ = WaitForDataAsync(socket);
        }
    }

    /// <summary>Which thread a new socket is given to.</summary>
    /// <returns>Its managed id; 0 if completions run on the thread pool.</returns>
    private static async Task<int> AskAsync()
    {
        using var socket = MakeSocket();

        // Before there is a datagram: so the continuation runs where the arrival is handled.
        var answer = socket.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.None).AsTask()
            .ContinueWith(static _ => Arrived(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        socket.SendTo([0], socket.LocalEndPoint!);
        return await answer.WaitAsync(Patience);
    }

    private static int Arrived()
    {
        if (Thread.CurrentThread.IsThreadPoolThread)
        {
            return 0;
        }

        var thread = Environment.CurrentManagedThreadId;
        _number = Array.IndexOf(_threads, thread) + 1;
        return thread;
    }

    private static Socket MakeSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task WaitForDataAsync(Socket socket)
    {
        try
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever reads from it hears of that too.
        }
    }
}
