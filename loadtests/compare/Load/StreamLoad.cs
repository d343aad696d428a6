using System.Diagnostics;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>A number of streams at once; each that ends is followed by the next.</summary>
internal sealed class StreamLoad : IDisposable
{
    private readonly LoadConnection?[] _connections;
    private readonly Task[] _runs;
    private volatile bool _isOver;

    private StreamLoad(int streams)
    {
        _connections = new LoadConnection[streams];
        _runs = new Task[streams];
    }

    /// <summary>Gets the chunks and how old each was when it came.</summary>
    public LoadCounts Chunks { get; } = new() { IsCounting = false };

    /// <summary>Begins them, spread over a time, so that they don't all begin and end at once.</summary>
    public static async Task<StreamLoad> StartAsync(LoadTarget target, int streams, TimeSpan ramp)
    {
        var load = new StreamLoad(streams);
        var request = target.Request(1024, streams: true);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < streams; i++)
        {
            load._runs[i] = load.RunAsync(target, request, i);
            if (Stopwatch.GetElapsedTime(began) < ramp * i / streams)
            {
                await Task.Delay(1);
            }
        }

        return load;
    }

    /// <summary>Cuts all streams.</summary>
    public async Task StopAsync()
    {
        _isOver = true;
        Dispose();
        await Task.WhenAll(_runs);
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }
    }

    private async Task RunAsync(LoadTarget target, byte[] request, int number)
    {
        try
        {
            var connection = _connections[number] = new LoadConnection(target);
            await connection.ConnectAsync();
            while (!_isOver)
            {
                var chunks = new ChunkClock(Chunks);
                var (status, _) = await connection.ExchangeAsync(request, chunks);
                if ((status != 200 || chunks.Count == 0) && !_isOver)
                {
                    Chunks.AddError();
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            if (!_isOver)
            {
                Chunks.AddError();
            }
        }
    }
}
