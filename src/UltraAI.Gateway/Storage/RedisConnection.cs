using StackExchange.Redis;

namespace UltraAI.Gateway.Storage;

/// <summary>The one connection to Redis. It connects in the background, and again by itself.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _multiplexer;

    private RedisConnection(ConnectionMultiplexer multiplexer, string prefix)
    {
        _multiplexer = multiplexer;
        Prefix = prefix;
    }

    /// <summary>What all names begin with, without a separator.</summary>
    public string Prefix { get; }

    public IDatabase Database => _multiplexer.GetDatabase();

    public ConnectionMultiplexer Multiplexer => _multiplexer;

    /// <param name="connectionString">As StackExchange.Redis writes it.</param>
    /// <param name="prefix">What all names begin with.</param>
    /// <exception cref="ArgumentException">The connection string has faults.</exception>
    public static async Task<RedisConnection> OpenAsync(string connectionString, string prefix) =>
        new(await ConnectionMultiplexer.ConnectAsync(Parse(connectionString)), prefix);

    /// <inheritdoc cref="OpenAsync"/>
    /// <remarks>Waits a few seconds for Redis, at start.</remarks>
    public static RedisConnection Open(string connectionString, string prefix) =>
        new(ConnectionMultiplexer.Connect(Parse(connectionString)), prefix);

    public ValueTask DisposeAsync() => _multiplexer.DisposeAsync();

    private static ConfigurationOptions Parse(string connectionString)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false; // A gateway starts without Redis, too; OnFailure says what happens then.
        options.ClientName ??= "ultraai-gateway";

        // Whoever uses the connection has an answer of its own for a Redis that is gone, and wants to know at once.
        options.BacklogPolicy = BacklogPolicy.FailFast;

        // Found again well within a second: the heartbeat is what looks for lost connections and makes new ones.
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(250);
        options.ReconnectRetryPolicy = new LinearRetry(100);
        options.ConnectTimeout = 1000;
        options.AsyncTimeout = 1000;
        options.KeepAlive = 1;
        return options;
    }

    /// <returns>What is wrong with a connection string, without quoting it; null if nothing is.</returns>
    public static string? FaultOf(string connectionString)
    {
        try
        {
            return ConfigurationOptions.Parse(connectionString).EndPoints.Count == 0
                ? "names no host; it is written HOST:PORT,OPTION=VALUE."
                : null;
        }
        catch (ArgumentException)
        {
            return "is not a connection string of StackExchange.Redis: HOST:PORT,OPTION=VALUE.";
        }
    }
}
