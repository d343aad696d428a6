using Microsoft.Data.Sqlite;

namespace UltraAI.Gateway.Storage;

/// <summary>Opens the embedded store's file: takes it for this process alone, checks it, brings its schema up to date.</summary>
internal static class EmbeddedFile
{
    // Result codes: https://www.sqlite.org/rescode.html
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    // How long another process may take to let go of the file, such as one that has just been told to end.
    private const int BusyTimeoutSeconds = 2;

    /// <exception cref="StoreException">It can't be used.</exception>
    public static SqliteConnection Open(string path)
    {
        SqliteConnection? connection = null;
        try
        {
            var full = Path.GetFullPath(path);
            Directory.CreateDirectory(Path.GetDirectoryName(full) ?? full);
            connection = Connect(full);
            Check(connection, path);
            EmbeddedSchema.Migrate(connection, path);
            return connection;
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            throw exception switch
            {
                SqliteException fault => Explain(fault, path),
                IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException =>
                    new StoreException($"Gateway:Store:Path: the folder of '{path}' can't be made: {exception.Message}", exception),
                _ => exception,
            };
        }
    }

    public static SqliteConnection OpenInMemory()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        EmbeddedSchema.Migrate(connection, ":memory:");
        return connection;
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false, // A pool would hold the lock after the end.
            DefaultTimeout = BusyTimeoutSeconds,
        }.ToString());
        try
        {
            connection.Open();

            // Exclusive before the first access: the lock is then kept for good, and WAL needs no shared memory, so it
            // works on any file system that has locks. https://www.sqlite.org/wal.html#noshm
            connection.Execute("PRAGMA locking_mode = EXCLUSIVE");
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("BEGIN EXCLUSIVE");
            connection.Execute("COMMIT");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Check(SqliteConnection connection, string path)
    {
        if (connection.Value<string>("PRAGMA quick_check(1)") is not "ok" and var fault)
        {
            throw new StoreException(Damaged(path, fault ?? "unknown"));
        }
    }

    private static StoreException Explain(SqliteException exception, string path) => new(
        exception.SqliteErrorCode switch
        {
            Busy or Locked => $"Gateway:Store:Path: '{path}' is in use by another gateway. Each instance needs a file of its own; several instances share Gateway:Store:Kind=Redis.",
            Corrupt => Damaged(path, exception.Message),
            NotADatabase => $"Gateway:Store:Path: '{path}' is not a file of the gateway's store, or is damaged. Name another file, or put a backup in its place.",
            CannotOpen or ReadOnly => $"Gateway:Store:Path: '{path}' can't be opened for writing: {exception.Message} Check that it is a file, and the permissions of it and its folder.",
            _ => $"Gateway:Store:Path: '{path}' can't be opened: {exception.Message}",
        },
        exception);

    private static string Damaged(string path, string fault) =>
        $"Gateway:Store:Path: '{path}' is damaged ({fault}). Put a backup in its place; without one, moving it away starts with empty budgets and usage.";
}
