using Microsoft.Data.Sqlite;

namespace UltraAI.Gateway.Storage;

/// <summary>The tables of the embedded store, as a list of steps that is only ever added to. The file says how many it has had.</summary>
internal static class EmbeddedSchema
{
    /// <summary>Tells our files from other SQLite files: "UAIG".</summary>
    private const int ApplicationId = 0x55414947;

    private static readonly string[] Steps =
    [
        """
        -- What is taken of a budget: granted and not returned, in nano-USD.
        CREATE TABLE budgets (
            key TEXT NOT NULL, period TEXT NOT NULL, taken INTEGER NOT NULL, ends_at INTEGER,
            PRIMARY KEY (key, period)) STRICT, WITHOUT ROWID;

        -- The last operation of each sender on a budget, which may come twice.
        CREATE TABLE budget_operations (
            key TEXT NOT NULL, period TEXT NOT NULL, sender BLOB NOT NULL, id BLOB NOT NULL, granted INTEGER NOT NULL,
            PRIMARY KEY (key, period, sender)) STRICT, WITHOUT ROWID;

        -- The ledger. A day is counted from 0001-01-01.
        CREATE TABLE usage (
            day INTEGER NOT NULL, key TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
            requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL,
            cache_write_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, cost_nano_usd INTEGER NOT NULL,
            estimated_requests INTEGER NOT NULL,
            PRIMARY KEY (day, key, provider, model)) STRICT, WITHOUT ROWID;

        -- Batches of usage that are in the ledger. Times are Unix seconds.
        CREATE TABLE usage_batches (id BLOB NOT NULL PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX usage_batches_by_age ON usage_batches (applied_at);

        -- Virtual keys made at run time. Times are UTC ticks.
        CREATE TABLE virtual_keys (
            name TEXT NOT NULL PRIMARY KEY, digest TEXT NOT NULL, settings TEXT NOT NULL, created_at INTEGER NOT NULL,
            revision INTEGER NOT NULL, previous_digest TEXT, previous_valid_until INTEGER) STRICT, WITHOUT ROWID;
        CREATE TABLE virtual_key_revision (last INTEGER NOT NULL) STRICT;
        INSERT INTO virtual_key_revision VALUES (0);
        """,
        "-- Secrets of earlier rotations that still work.\nALTER TABLE virtual_keys ADD COLUMN earlier TEXT;",
    ];

    /// <exception cref="StoreException">The file is somebody else's, or a newer gateway's.</exception>
    public static void Migrate(SqliteConnection connection, string path)
    {
        var version = connection.Value<long>("PRAGMA user_version");
        var owner = connection.Value<long>("PRAGMA application_id");
        if (owner != ApplicationId && (owner != 0 || version != 0 || connection.Value<long>("SELECT count(*) FROM sqlite_schema") != 0))
        {
            throw new StoreException($"Gateway:Store:Path: '{path}' is a SQLite file of another program. Name another file.");
        }

        if (version > Steps.Length)
        {
            throw new StoreException(
                $"Gateway:Store:Path: '{path}' was written by a newer version of the gateway (schema {version}; this one knows {Steps.Length}). Run that version, or name another file.");
        }

        for (var step = (int)version; step < Steps.Length; step++)
        {
            connection.Execute($"BEGIN; {Steps[step]} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {step + 1}; COMMIT;");
        }

        // Those who could send them again are gone: the file was ours alone, and now it is this process's.
        connection.Execute("DELETE FROM budget_operations");
    }
}
