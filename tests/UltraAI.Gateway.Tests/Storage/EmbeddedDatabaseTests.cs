using Microsoft.Data.Sqlite;
using UltraAI.Gateway.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Storage;

public sealed class EmbeddedDatabaseTests : IAsyncDisposable
{
    private readonly EmbeddedFolder _folder = EmbeddedFolder.Open();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public void SecondGateway_OnTheSameFile_IsRefusedByName()
    {
        var refusal = Assert.Throws<StoreException>(() => EmbeddedDatabase.Open(_folder.File));

        Assert.Contains("Gateway:Store:Path", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another gateway", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_AreThoseThatSurviveACrash()
    {
        Assert.Equal("wal", await Ask<string>("PRAGMA journal_mode"));
        Assert.Equal(2L, await Ask<long>("PRAGMA synchronous")); // FULL
        Assert.Equal("exclusive", await Ask<string>("PRAGMA locking_mode"));
    }

    [Fact]
    public async Task FailedWork_UndoesItsOwnPartOnly()
    {
        await Do("CREATE TABLE t (x INTEGER)");

        var good = Do("INSERT INTO t VALUES (1)");
        var bad = _folder.Database.RunAsync<int>(connection =>
        {
            connection.Execute("INSERT INTO t VALUES (2)");
            throw new FormatException("no");
        });
        var refused = Do("INSERT INTO nowhere VALUES (3)");
        var last = Do("INSERT INTO t VALUES (4)");

        await Assert.ThrowsAsync<FormatException>(() => bad);
        await Assert.ThrowsAsync<StoreException>(() => refused);
        await Task.WhenAll(good, last);
        Assert.Equal(5L, await Ask<long>("SELECT sum(x) FROM t"));
    }

    [Fact]
    public async Task WrittenWork_IsThereAfterReopening()
    {
        await Do("CREATE TABLE t (x INTEGER)");
        await Do("INSERT INTO t VALUES (7)");

        await _folder.ReopenAsync();

        Assert.Equal(7L, await Ask<long>("SELECT x FROM t"));
    }

    [Fact]
    public async Task ClosedStore_Refuses()
    {
        var database = _folder.Database;
        await _folder.ReopenAsync();

        await Assert.ThrowsAsync<StoreException>(() => database.RunAsync(connection => connection.Execute("SELECT 1")));
    }

    [Fact]
    public async Task CancelledWork_IsNotDone()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _folder.Database.RunAsync(connection => connection.Execute("CREATE TABLE t (x)"), new CancellationToken(canceled: true)));

        Assert.Equal(0L, await Ask<long>("SELECT count(*) FROM sqlite_schema WHERE name = 't'"));
    }

    [Fact]
    public async Task NewerSchema_IsRefused()
    {
        await Do("PRAGMA user_version = 99");

        var refusal = await Assert.ThrowsAsync<StoreException>(_folder.ReopenAsync);

        Assert.Contains("newer version of the gateway (schema 99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileOfAnotherProgram_IsRefused()
    {
        var path = _folder.File + ".other";
        await using (var other = new SqliteConnection($"Data Source={path};Pooling=false"))
        {
            await other.OpenAsync();
            other.Execute("CREATE TABLE theirs (x)");
        }

        var refusal = Assert.Throws<StoreException>(() => EmbeddedDatabase.Open(path));

        Assert.Contains("of another program", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "is not a file of the gateway's store, or is damaged")]
    [InlineData(4096, "is damaged")]
    public async Task DamagedFile_IsRefused(int at, string message)
    {
        var path = _folder.File + ".damaged";
        await using (var whole = EmbeddedDatabase.Open(path))
        {
        }

        await using (var file = File.OpenWrite(path))
        {
            file.Position = at;
            file.Write(Enumerable.Repeat((byte)0xAA, 4096).ToArray());
        }

        var refusal = Assert.Throws<StoreException>(() => EmbeddedDatabase.Open(path));

        Assert.Contains("Gateway:Store:Path", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FolderInTheWay_IsRefusedByName()
    {
        Assert.Contains("Gateway:Store:Path", Assert.Throws<StoreException>(() => EmbeddedDatabase.Open(Path.GetDirectoryName(_folder.File)!)).Message, StringComparison.Ordinal);
        Assert.Contains("Gateway:Store:Path", Assert.Throws<StoreException>(() => EmbeddedDatabase.Open(_folder.File + "/below/a.db")).Message, StringComparison.Ordinal);
    }

    private Task<int> Do(string sql) => _folder.Database.RunAsync(connection => connection.Execute(sql));

    private Task<T?> Ask<T>(string sql) => _folder.Database.RunAsync(connection => connection.Value<T>(sql));
}
