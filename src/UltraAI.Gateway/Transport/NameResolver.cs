using System.Net;

namespace UltraAI.Gateway.Transport;

/// <summary>Finds the addresses of a provider's name, once for each new connection. What the system caches of it is the system's.</summary>
/// <remarks>
/// The system's resolver can't be waited for without a thread, and where name servers are silent it takes many seconds. On the thread pool, a few
/// such names would hold up all that runs there: calls over HTTP/2, timers. So each lookup has a thread of its own, at most one per name;
/// who asks for a name that is being looked up gets the same answer.
/// </remarks>
internal class NameResolver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<IPAddress[]>> _running = new(StringComparer.OrdinalIgnoreCase);

    /// <returns>The addresses in the order in which they are tried; an address is its own.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">There is no such name, or nobody knows.</exception>
    public virtual Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return Task.FromResult<IPAddress[]>([address]);
        }

        lock (_gate)
        {
            if (!_running.TryGetValue(host, out var lookup))
            {
                lookup = StartLookup(host);
                _running.Add(host, lookup);
            }

            return lookup.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Asks the system, and waits for it.</summary>
    protected virtual IPAddress[] LookUp(string host) => Dns.GetHostAddresses(host);

    private Task<IPAddress[]> StartLookup(string host)
    {
        // Whoever waits goes on elsewhere: this thread is to end.
        var answer = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            IPAddress[]? addresses = null;
            Exception? fault = null;
            try
            {
                addresses = LookUp(host);
            }
            catch (Exception exception)
            {
                fault = exception;
            }

            // First of all the next one asks anew: an answer is for those who asked before it came.
            lock (_gate)
            {
                _running.Remove(host);
            }

            if (fault is null)
            {
                answer.SetResult(addresses!);
            }
            else
            {
                answer.SetException(fault);
                _ = answer.Task.Exception; // Seen, also where everybody has left.
            }
        })
        { IsBackground = true, Name = "Name lookup" };
        thread.UnsafeStart();
        return answer.Task;
    }
}
