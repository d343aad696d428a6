using Microsoft.AspNetCore.Connections;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Counts the connections of one listener, below TLS.</summary>
internal sealed class ConnectionCounter
{
    private int _accepted;
    private int _open;

    public int Accepted => Volatile.Read(ref _accepted);

    public int Open => Volatile.Read(ref _open);

    public ConnectionDelegate Middleware(ConnectionDelegate next) => async connection =>
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _open);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };
}
