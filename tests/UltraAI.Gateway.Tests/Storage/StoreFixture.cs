using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Storage;

/// <summary>One redis-server for the tests of a class; each test has a prefix of its own in it.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    internal RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    internal Task<RedisConnection> ConnectAsync(string? prefix = null) =>
        RedisConnection.OpenAsync(Server.ConnectionString, prefix ?? Path.GetRandomFileName());
}

/// <summary>An embedded store in a temporary folder.</summary>
internal sealed class EmbeddedFolder : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-store-");

    public string File => Path.Combine(_folder.FullName, "data", "gateway.db");

    public EmbeddedDatabase Database { get; private set; } = null!;

    public static EmbeddedFolder Open()
    {
        var folder = new EmbeddedFolder();
        folder.Database = EmbeddedDatabase.Open(folder.File);
        return folder;
    }

    public async Task ReopenAsync()
    {
        await Database.DisposeAsync();
        Database = EmbeddedDatabase.Open(File);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
