using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Keys;

/// <summary>Virtual keys made at run time, in the embedded file. The file is this process's alone, so every change is its own.</summary>
internal sealed class EmbeddedVirtualKeyStore(EmbeddedDatabase database) : IVirtualKeyStore
{
    private const string Select = "SELECT name, digest, settings, created_at, revision, previous_digest, previous_valid_until, earlier FROM virtual_keys";

    private readonly ChangeSignal _changed = new();

    public IChangeToken Changed => _changed.Token;

    public async Task<IReadOnlyList<StoredVirtualKey>> ListAsync(CancellationToken cancellationToken) =>
        await database.RunAsync(connection => connection.Rows(Read, Select + " ORDER BY name"), cancellationToken);

    public Task<StoredVirtualKey?> GetAsync(string name, CancellationToken cancellationToken) =>
        database.RunAsync(connection => connection.Rows(Read, Select + " WHERE name = ?1", name).SingleOrDefault(), cancellationToken);

    public async Task<StoredVirtualKey?> PutAsync(StoredVirtualKey key, long expectedRevision, CancellationToken cancellationToken)
    {
        var written = await database.RunAsync(connection => Put(connection, key, expectedRevision), cancellationToken);
        if (written is not null)
        {
            _changed.Raise();
        }

        return written;
    }

    public async Task<bool> DeleteAsync(string name, long? expectedRevision, CancellationToken cancellationToken)
    {
        var deleted = await database.RunAsync(
            connection => connection.Execute("DELETE FROM virtual_keys WHERE name = ?1 AND revision = coalesce(?2, revision)", name, expectedRevision) > 0,
            cancellationToken);
        if (deleted)
        {
            _changed.Raise();
        }

        return deleted;
    }

    private static StoredVirtualKey? Put(SqliteConnection connection, StoredVirtualKey key, long expectedRevision)
    {
        if (connection.Value<long>("SELECT revision FROM virtual_keys WHERE name = ?1", key.Name) != expectedRevision)
        {
            return null;
        }

        var written = key with { Revision = connection.Value<long>("UPDATE virtual_key_revision SET last = last + 1 RETURNING last") };
        connection.Execute(
            "INSERT OR REPLACE INTO virtual_keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            written.Name, written.Digest.ToString(), written.Settings, written.CreatedAt.UtcTicks, written.Revision,
            written.PreviousDigest?.ToString(), written.PreviousValidUntil?.UtcTicks, written.Earlier);
        return written;
    }

    // A damaged digest takes the key out of force, not the others.
    private static StoredVirtualKey Read(SqliteDataReader row) => new()
    {
        Name = row.GetString(0),
        Digest = KeyDigest.TryParse(row.GetString(1), out var digest) ? digest : default,
        Settings = digest == default ? "" : row.GetString(2),
        CreatedAt = new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero),
        Revision = row.GetInt64(4),
        PreviousDigest = !row.IsDBNull(5) && KeyDigest.TryParse(row.GetString(5), out var previous) ? previous : null,
        PreviousValidUntil = row.IsDBNull(6) ? null : new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
        Earlier = row.IsDBNull(7) ? null : row.GetString(7),
    };
}
