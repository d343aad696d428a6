using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace UltraAI.Gateway.Storage;

/// <summary>Calls to Redis for what is not in a hurry. Whatever goes wrong is a <see cref="StoreException"/> that holds no part of the connection string.</summary>
internal static class RedisCalls
{
    /// <summary>A name in the one hash slot of all the gateway's names, so that a script may use several of them on Redis Cluster.</summary>
    public static RedisKey Name(this RedisConnection redis, string rest) => $"{{{redis.Prefix}}}:{rest}";

    /// <exception cref="StoreException">Redis did not answer or refused; it may have been done all the same.</exception>
    public static async Task<T> AskAsync<T>(this RedisConnection redis, Func<IDatabase, Task<T>> call, CancellationToken cancellationToken = default)
    {
        try
        {
            return await call(redis.Database).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StoreException($"Redis did not answer: {ReasonOf(exception)}.");
        }
    }

    /// <summary>Why Redis could not be asked, in a few words: what it said itself, or what kept the connection from it. Holds no part of the connection string.</summary>
    public static string ReasonOf(Exception exception)
    {
        // The client's own messages are long and name hosts. The innermost exception says what happened: a refused connection, a certificate, a password.
        var (cause, around) = (exception, (Exception?)null);
        while (cause.InnerException is { } inner)
        {
            (cause, around) = (inner, cause);
        }

        return cause switch
        {
            RedisConnectionException fault => fault.FailureType.ToString(),
            RedisServerException or SocketException or AuthenticationException or CryptographicException or IOException => cause.Message.TrimEnd('.'),
            TimeoutException => "time is up",
            _ when around is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => cause.Message.TrimEnd('.'),
            _ => cause.GetType().Name,
        };
    }
}
