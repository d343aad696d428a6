using Microsoft.Data.Sqlite;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Storage;

/// <summary>Files that earlier versions of the gateway wrote.</summary>
public sealed class EmbeddedSchemaTests : IDisposable
{
    /// <summary>A file as schema 1 left it: its tables, and a row in each.</summary>
    private const string Schema1 = """
        CREATE TABLE budgets (
            key TEXT NOT NULL, period TEXT NOT NULL, taken INTEGER NOT NULL, ends_at INTEGER,
            PRIMARY KEY (key, period)) STRICT, WITHOUT ROWID;
        CREATE TABLE budget_operations (
            key TEXT NOT NULL, period TEXT NOT NULL, sender BLOB NOT NULL, id BLOB NOT NULL, granted INTEGER NOT NULL,
            PRIMARY KEY (key, period, sender)) STRICT, WITHOUT ROWID;
        CREATE TABLE usage (
            day INTEGER NOT NULL, key TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
            requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL,
            cache_write_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, cost_nano_usd INTEGER NOT NULL,
            estimated_requests INTEGER NOT NULL,
            PRIMARY KEY (day, key, provider, model)) STRICT, WITHOUT ROWID;
        CREATE TABLE usage_batches (id BLOB NOT NULL PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX usage_batches_by_age ON usage_batches (applied_at);
        CREATE TABLE virtual_keys (
            name TEXT NOT NULL PRIMARY KEY, digest TEXT NOT NULL, settings TEXT NOT NULL, created_at INTEGER NOT NULL,
            revision INTEGER NOT NULL, previous_digest TEXT, previous_valid_until INTEGER) STRICT, WITHOUT ROWID;
        CREATE TABLE virtual_key_revision (last INTEGER NOT NULL) STRICT;

        INSERT INTO budgets VALUES ('team-a', '2026-11', 1500000000, NULL);
        INSERT INTO usage VALUES (739950, 'team-a', 'openai', 'gpt-4o', 3, 30, 20, 10, 40, 700, 1);
        INSERT INTO usage_batches VALUES (x'0102', 1764000000);
        INSERT INTO virtual_key_revision VALUES (7);
        PRAGMA application_id = 0x55414947;
        PRAGMA user_version = 1;
        """;

    private static readonly StoredVirtualKey Rotated = new()
    {
        Name = "team-a",
        Digest = KeyDigest.Of("the one in force"),
        Settings = """{"Providers":["openai"]}""",
        CreatedAt = new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero),
        Revision = 7,
        PreviousDigest = KeyDigest.Of("the one before"),
        PreviousValidUntil = new DateTimeOffset(2026, 12, 1, 8, 0, 0, TimeSpan.Zero),
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-schema-");

    private string File => Path.Combine(_folder.FullName, "gateway.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task FileOfSchema1_KeepsWhatItHolds()
    {
        await WriteAsync();

        await using var database = EmbeddedDatabase.Open(File);

        Assert.Equal([Rotated], await new EmbeddedVirtualKeyStore(database).ListAsync(default));
        Assert.Equal(1_500_000_000L, await database.RunAsync(connection => connection.Value<long>("SELECT taken FROM budgets WHERE key = 'team-a' AND period = '2026-11'")));
        Assert.Equal(700L, await database.RunAsync(connection => connection.Value<long>("SELECT cost_nano_usd FROM usage WHERE day = 739950 AND model = 'gpt-4o'")));
        Assert.Equal(1_764_000_000L, await database.RunAsync(connection => connection.Value<long>("SELECT applied_at FROM usage_batches")));
    }

    [Fact]
    public async Task KeyOfSchema1_CanBeRotated_AndItsOldSecretKeepsItsTime()
    {
        await WriteAsync();
        var now = Rotated.PreviousValidUntil!.Value.AddHours(-1);
        StoredVirtualKey? written;
        await using (var database = EmbeddedDatabase.Open(File))
        {
            var next = OldSecrets.Rotate(Rotated, KeyDigest.Of("new"), now, grace: TimeSpan.FromHours(3));
            written = await new EmbeddedVirtualKeyStore(database).PutAsync(next!, expectedRevision: 7, default);
        }

        await using var reopened = EmbeddedDatabase.Open(File);

        var key = Assert.Single(await new EmbeddedVirtualKeyStore(reopened).ListAsync(default));
        Assert.Equal(written, key);
        Assert.Equal(8, key.Revision);
        Assert.Equal(
            [new OldSecret(Rotated.Digest, now.AddHours(3)), new OldSecret(Rotated.PreviousDigest!.Value, Rotated.PreviousValidUntil.Value)],
            OldSecrets.Of(key, now));
    }

    private async Task WriteAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        await connection.OpenAsync();
        connection.Execute(Schema1);
        connection.Execute(
            "INSERT INTO virtual_keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            Rotated.Name, Rotated.Digest.ToString(), Rotated.Settings, Rotated.CreatedAt.UtcTicks, Rotated.Revision, Rotated.PreviousDigest!.Value.ToString(), Rotated.PreviousValidUntil!.Value.UtcTicks);
    }
}
