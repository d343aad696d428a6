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
        return options;
    }
}
