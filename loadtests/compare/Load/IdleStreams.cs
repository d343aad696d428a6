namespace UltraAI.Gateway.Compare.Load;

/// <summary>Streams that are open, have had their first chunk, and then wait.</summary>
internal sealed class IdleStreams : IDisposable
{
    private const int AtOnce = 128;

    private readonly LoadConnection[] _connections;

    private IdleStreams(LoadConnection[] connections) => _connections = connections;

    /// <summary>Gets how many could not be opened.</summary>
    public int Errors { get; private set; }

    public static async Task<IdleStreams> OpenAsync(LoadTarget target, int count)
    {
        var request = target.Request(1024, streams: true);
        var streams = new IdleStreams([.. Enumerable.Range(0, count).Select(_ => new LoadConnection(target))]);
        var next = -1;
        var errors = 0;
        var work = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            int number;
            while ((number = Interlocked.Increment(ref next)) < count)
            {
                try
                {
                    await streams._connections[number].ConnectAsync();
                    if (await streams._connections[number].OpenStreamAsync(request))
                    {
                        continue;
                    }
                }
                catch (Exception exception) when (exception is System.Net.Sockets.SocketException or ObjectDisposedException)
                {
                }

                Interlocked.Increment(ref errors);
            }
        }));
        await ClosedLoad.WithinAsync(work, TimeSpan.FromSeconds(60), streams._connections);
        streams.Errors = errors;
        return streams;
    }

    /// <summary>Hangs up all of them.</summary>
    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }
}
