using System.Net;
using System.Net.Sockets;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Health;

/// <summary>Counts wrong admin tokens per client address and, after ten within a minute, refuses that address for the rest of the minute.</summary>
/// <remarks>
/// The right token is refused meanwhile as well: were it let through, guessing could go on at any rate. Nobody else is affected, so an
/// operator is locked out only by those who share the address. The table is bounded; who owns more addresses than it holds gets no more
/// guesses from each by that.
/// </remarks>
internal sealed partial class AdminAttempts(TimeProvider time, ILogger<AdminAttempts> logger)
{
    public const int MaxFailures = 10;
    public const int MaxClients = 10_000;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Failures> _failures = [];
    private readonly Queue<IPAddress> _oldest = new();

    /// <summary>How many addresses are remembered.</summary>
    public int Clients => _failures.Count;

    /// <summary>Tries a token, unless the client has used up its attempts.</summary>
    /// <param name="client">The client's address; null if it is not known.</param>
    /// <param name="accepts">Whether the token is right. Must be quick.</param>
    /// <param name="retryAfter">How long the client is refused; zero if it is not.</param>
    public bool Try(IPAddress? client, Func<bool> accepts, out TimeSpan retryAfter)
    {
        var key = Network(client);
        lock (_lock)
        {
            Forget();
            retryAfter = TimeSpan.Zero;
            if (_failures.TryGetValue(key, out var failures) && failures.Count >= MaxFailures)
            {
                retryAfter = Window - time.GetElapsedTime(failures.Since);
                return false;
            }

            if (accepts())
            {
                return true;
            }

            Count(key, failures);
            return false;
        }
    }

    /// <summary>What a client is told that has used up its attempts.</summary>
    public static GatewayError TooMany(TimeSpan retryAfter) => new(ErrorCode.RateLimited, "Too many wrong admin tokens came from this address.") { RetryAfter = retryAfter };

    private void Count(IPAddress client, Failures? failures)
    {
        if (failures is null)
        {
            if (_failures.Count >= MaxClients)
            {
                _failures.Remove(_oldest.Dequeue());
            }

            _failures[client] = failures = new Failures(time.GetTimestamp());
            _oldest.Enqueue(client);
            LogWrongToken(client);
        }

        if (++failures.Count == MaxFailures)
        {
            LogLimited(client, MaxFailures);
        }
    }

    // All windows are of one length, so those that end first are the first in the queue.
    private void Forget()
    {
        while (_oldest.TryPeek(out var client) && time.GetElapsedTime(_failures[client].Since) >= Window)
        {
            _failures.Remove(_oldest.Dequeue());
        }
    }

    // One site has a /64 of IPv6 to itself: https://www.rfc-editor.org/rfc/rfc6177
    private static IPAddress Network(IPAddress? client)
    {
        if (client is not { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            return client ?? IPAddress.None;
        }

        Span<byte> bytes = stackalloc byte[16];
        client.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    private sealed class Failures(long since)
    {
        public long Since { get; } = since;

        public int Count { get; set; }
    }

    [LoggerMessage(LogLevel.Warning, "A wrong admin token came from {Client}", EventName = "AdminTokenRefused")]
    private partial void LogWrongToken(IPAddress client);

    [LoggerMessage(LogLevel.Warning, "{Client} has sent {Failures} wrong admin tokens within a minute and is refused for the rest of it", EventName = "AdminAttemptsLimited")]
    private partial void LogLimited(IPAddress client, int failures);
}
