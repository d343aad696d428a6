using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;

namespace UltraAI.Gateway.Tests.Limits;

/// <summary>A redis-server, and the stores of several instances on it, each with a connection of its own.</summary>
internal sealed class RedisInstances : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<RedisConnection> _connections = [];
    private readonly List<RedisLimitStore> _stores = [];

    private RedisInstances(RedisServer server) => Server = server;

    public RedisServer Server { get; }

    public RedisLogs Logs { get; } = new();

    public RedisLimitStore this[int index] => _stores[index];

    public static async Task<RedisInstances> StartAsync(int count, StoreFailure onFailure = StoreFailure.Local)
    {
        var instances = new RedisInstances(await RedisServer.StartAsync());
        for (var i = 0; i < count; i++)
        {
            await instances.AddAsync(onFailure);
        }

        await instances.AllKnownAsync(count);
        return instances;
    }

    public async Task<RedisLimitStore> AddAsync(StoreFailure onFailure = StoreFailure.Local)
    {
        var connection = await RedisConnection.OpenAsync(Server.ConnectionString, "test");
        var metrics = new LimitMetrics(_services.GetRequiredService<IMeterFactory>());
        var store = new RedisLimitStore(connection, onFailure, metrics, TimeProvider.System, Logs);
        await store.StartAsync(CancellationToken.None);
        _connections.Add(connection);
        _stores.Add(store);
        return store;
    }

    /// <summary>Cuts an instance off, as if its process had been killed.</summary>
    public async Task CrashAsync(int index)
    {
        await _connections[index].DisposeAsync();
        await _stores[index].DisposeAsync();
    }

    public Task AllKnownAsync(int count) =>
        Eventually.TrueAsync(() => _stores.TrueForAll(store => store.IsAvailable && store.Instances == count), $"{count} instances know each other");

    public Task AllAvailableAsync(TimeSpan within) => Eventually.TrueAsync(() => _stores.TrueForAll(store => store.IsAvailable), "Redis is found again", within);

    /// <exception cref="OutOfReachException">Redis was out of reach for a moment.</exception>
    public void AssertInReach()
    {
        if (Logs.Events.Length > 0)
        {
            throw new OutOfReachException();
        }
    }

    /// <summary>The same key as each instance has it.</summary>
    public static LimitSubject Key(LimitOptions options) => new("key:team", "team", options);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        await Server.DisposeAsync();
        await _services.DisposeAsync();
    }

    /// <summary>Redis did not answer in time, so limits were not shared.</summary>
    internal sealed class OutOfReachException() : Exception("Redis did not answer within its time on this machine, several times over.");

    /// <summary>The names of what the stores logged.</summary>
    internal sealed class RedisLogs : ILogger<RedisLimitStore>
    {
        private readonly List<string> _events = [];

        public string[] Events
        {
            get
            {
                lock (_events)
                {
                    return [.. _events];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_events)
            {
                _events.Add(eventId.Name ?? formatter(state, exception));
            }
        }
    }
}
