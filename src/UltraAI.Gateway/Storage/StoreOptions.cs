namespace UltraAI.Gateway.Storage;

/// <summary>Where limits, budgets, usage and keys made at run time are kept: <c>Gateway:Store</c>. Read at start only.</summary>
internal sealed record StoreOptions
{
    public const string DefaultPath = "data/gateway.db";

    /// <summary><c>Embedded</c>: in this process and one file, for one instance. <c>Redis</c>: shared by all instances.</summary>
    /// <value>The default is <c>Embedded</c>.</value>
    public StoreKind Kind { get; set; } = StoreKind.Embedded;

    /// <summary>The file of the embedded store; its folder is made if it is missing.</summary>
    /// <value>The default is <c>data/gateway.db</c> under the working directory.</value>
    public string Path { get; set; } = DefaultPath;

    /// <summary>Redis as StackExchange.Redis writes it: <c>host:port,option=value</c>. For one with a password use <see cref="RedisEnv"/> or <see cref="RedisFile"/>.</summary>
    public string? Redis { get; set; }

    /// <summary>The name of an environment variable that holds the connection string.</summary>
    public string? RedisEnv { get; set; }

    /// <summary>The path of a file that holds the connection string.</summary>
    public string? RedisFile { get; set; }

    /// <summary>What all names in Redis begin with.</summary>
    /// <value>The default is <c>ultraai</c>.</value>
    public string KeyPrefix { get; set; } = "ultraai";

    /// <summary>What happens to limited requests while Redis does not answer.</summary>
    /// <value>The default is <c>Local</c>.</value>
    public StoreFailure OnFailure { get; set; } = StoreFailure.Local;
}

internal enum StoreKind
{
    /// <summary>In this process and one SQLite file.</summary>
    Embedded,

    /// <summary>In Redis, for all instances together.</summary>
    Redis,
}

/// <summary>What happens to limited requests while the store does not answer.</summary>
internal enum StoreFailure
{
    /// <summary>Each instance limits by itself, with its share of the rate and no burst.</summary>
    Local,

    /// <summary>They are refused with <c>store_unavailable</c>.</summary>
    Deny,
}

/// <summary>The store's options with the connection string that they lead to.</summary>
/// <param name="options">As configured.</param>
/// <param name="redisConnectionString">Null for the embedded store. It may hold a password: it is never printed.</param>
internal sealed class StoreSettings(StoreOptions options, string? redisConnectionString)
{
    public StoreOptions Options { get; } = options;

    public string? RedisConnectionString { get; } = redisConnectionString;

    /// <summary>The option that names a Redis although the store is another; null: none.</summary>
    public string? UnusedRedis => Options switch
    {
        { Kind: StoreKind.Redis } => null,
        { Redis: not null } => nameof(Options.Redis),
        { RedisEnv: not null } => nameof(Options.RedisEnv),
        { RedisFile: not null } => nameof(Options.RedisFile),
        _ => null,
    };

    /// <summary>Whether a reload has changed anything.</summary>
    public bool IsSameAs(StoreSettings other) => Options == other.Options && RedisConnectionString == other.RedisConnectionString;
}
