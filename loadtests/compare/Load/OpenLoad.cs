using System.Collections.Concurrent;
using System.Diagnostics;
using UltraAI.Gateway.Compare.Processes;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>
/// Requests at a fixed rate, whatever became of the earlier ones; each one's time counts from the moment that it was due
/// (no coordinated omission).
/// </summary>
internal sealed class OpenLoad(LoadTarget target, byte[] request, int rate)
{
    private const int MostConnections = 2048;
    private const int FirstConnections = 16;

    private readonly ConcurrentStack<LoadConnection> _idle = new();
    private readonly LoadCounts _counts = new();
    private int _connections;
    private int _running;

    public async Task<LoadCounts> RunAsync(TimeSpan time)
    {
        for (var i = 0; i < FirstConnections; i++)
        {
            _idle.Push(await ConnectAsync());
        }

        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Dispatch(time, over)) { IsBackground = true, Name = "due" }.Start();
        await over.Task;

        var patience = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _running) > 0 && Stopwatch.GetElapsedTime(patience) < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(5);
        }

        for (var i = Volatile.Read(ref _running); i > 0; i--)
        {
            _counts.AddError(); // never answered
        }

        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }

        return _counts;
    }

    private void Dispatch(TimeSpan time, TaskCompletionSource over)
    {
        PreciseSleep.PrepareThread();
        var began = Stopwatch.GetTimestamp();
        var total = (long)(rate * time.TotalSeconds);
        for (var i = 0L; i < total; i++)
        {
            var due = began + (i * Stopwatch.Frequency / rate);
            PreciseSleep.Until(due);
            Interlocked.Increment(ref _running);
            _ = SendAsync(due);
        }

        over.SetResult();
    }

    private async Task SendAsync(long due)
    {
        try
        {
            if (!_idle.TryPop(out var connection))
            {
                connection = await ConnectAsync();
            }

            var (status, length) = await connection.ExchangeAsync(request);
            if (LoadTarget.IsAnswer(status, length))
            {
                _counts.Add(Stopwatch.GetElapsedTime(due));
                _idle.Push(connection);
            }
            else
            {
                _counts.AddError();
                connection.Dispose();
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            _counts.AddError();
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async ValueTask<LoadConnection> ConnectAsync()
    {
        if (Interlocked.Increment(ref _connections) > MostConnections)
        {
            throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.TooManyOpenSockets);
        }

        var connection = new LoadConnection(target);
        await connection.ConnectAsync();
        return connection;
    }
}
