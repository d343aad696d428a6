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
            throw new StoreException($"Redis did not answer: {Reason(exception)}.");
        }
    }

    // The client's own messages are long and name hosts; the kind is enough, and an error of Redis itself says more.
    private static string Reason(Exception exception) => exception switch
    {
        RedisServerException fault => fault.Message,
        RedisConnectionException fault => fault.FailureType.ToString(),
        TimeoutException => "time is up",
        _ => exception.GetType().Name,
    };
}
