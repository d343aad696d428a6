namespace UltraAI.Gateway.Storage;

internal static partial class StorageServiceCollectionExtensions
{
    /// <summary>The store that the options choose: <see cref="EmbeddedDatabase"/> or <see cref="RedisConnection"/>. It is opened when the host starts what needs it.</summary>
    /// <remarks>
    /// Starting the host throws a <see cref="StoreException"/> if the file can't be opened or the connection string has faults;
    /// the message names the option. A Redis that doesn't answer is no fault.
    /// </remarks>
    /// <param name="services">Where it is added.</param>
    /// <param name="options">The store.</param>
    /// <param name="redis">The connection string, wherever it came from; null for the embedded store.</param>
    /// <param name="mayForget">Whether nothing depends on the store so much that it could not be kept in memory: no budget.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, StoreOptions options, string? redis, bool mayForget)
    {
        services.AddSingleton(options);
        return options.Kind == StoreKind.Redis
            ? services.AddSingleton(_ => Connect(redis, options.KeyPrefix))
            : services.AddSingleton(provider => OpenEmbedded(options.Path, mayForget, provider.GetRequiredService<ILogger<EmbeddedDatabase>>()));
    }

    // A gateway that was started without a word about a store, in a folder that is not writable or beside another one, is to work all the same.
    private static EmbeddedDatabase OpenEmbedded(string path, bool mayForget, ILogger logger)
    {
        try
        {
            return EmbeddedDatabase.Open(path);
        }
        catch (StoreException exception) when (mayForget && path == StoreOptions.DefaultPath)
        {
            LogInMemory(logger, exception.Message);
            return EmbeddedDatabase.OpenInMemory();
        }
    }

    [LoggerMessage(LogLevel.Warning, "Usage, and virtual keys made at run time, are kept in memory and end with this process: {Reason}", EventName = "StoreInMemory")]
    private static partial void LogInMemory(ILogger logger, string reason);

    private static RedisConnection Connect(string? connectionString, string prefix)
    {
        try
        {
            return RedisConnection.Open(connectionString ?? throw new StoreException("Gateway:Store:Redis: is missing."), prefix);
        }
        catch (ArgumentException)
        {
            // The client's message quotes the string, which may hold a password.
            throw new StoreException("Gateway:Store:Redis: is not a connection string as StackExchange.Redis writes it: HOST:PORT,option=value.");
        }
    }
}
