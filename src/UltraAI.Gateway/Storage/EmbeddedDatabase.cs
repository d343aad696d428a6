using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace UltraAI.Gateway.Storage;

/// <summary>The one SQLite file of the embedded store, held exclusively by this process, and the one thread that works on it.</summary>
/// <remarks>
/// Nobody else blocks on the file: whoever wants something of it queues a piece of work and awaits the answer. What waits
/// together is written in one transaction, so that a burst costs one write to the disk (<c>synchronous=FULL</c>), not one each.
/// What was awaited is on the disk.
/// </remarks>
internal sealed class EmbeddedDatabase : IAsyncDisposable
{
    // More than the gateway can have under way: keys × one operation, one batch of usage, administration.
    private const int MaxQueued = 10_000;

    private const int MaxGroup = 100;

    private readonly SqliteConnection _connection;
    private readonly BlockingCollection<EmbeddedJob> _queue = new(MaxQueued);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EmbeddedDatabase(SqliteConnection connection)
    {
        _connection = connection;
        new Thread(Work) { IsBackground = true, Name = "Embedded store" }.Start();
    }

    /// <param name="path">The file; it and its folder are made if they are missing.</param>
    /// <exception cref="StoreException">It can't be opened; the message names <c>Gateway:Store:Path</c>.</exception>
    public static EmbeddedDatabase Open(string path) => new(EmbeddedFile.Open(path));

    /// <summary>A store that ends with the process.</summary>
    public static EmbeddedDatabase OpenInMemory() => new(EmbeddedFile.OpenInMemory());

    /// <summary>Does a piece of work on the store's own thread, in a transaction: all of it or nothing.</summary>
    /// <param name="work">May read and write; must not begin or end transactions, nor wait for anything.</param>
    /// <param name="cancellationToken">Takes it out of the queue as long as it has not begun.</param>
    /// <exception cref="StoreException">It was not done.</exception>
    public Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken = default)
    {
        var job = new EmbeddedJob<T>(work, cancellationToken);
        try
        {
            if (_queue.TryAdd(job))
            {
                return job.Task;
            }
        }
        catch (InvalidOperationException)
        {
            return Task.FromException<T>(new StoreException("The embedded store is closed."));
        }

        return Task.FromException<T>(new StoreException($"The embedded store has fallen behind: {MaxQueued} operations wait for the disk."));
    }

    /// <summary>Does what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _ended.Task;
    }

    private void Work()
    {
        var group = new List<EmbeddedJob>(MaxGroup);
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            group.Add(first);
            while (group.Count < MaxGroup && _queue.TryTake(out var next))
            {
                group.Add(next);
            }

            RunTogether(group);
            group.Clear();
        }

        _connection.Dispose();
        _ended.SetResult();
    }

    private void RunTogether(List<EmbeddedJob> group)
    {
        StoreException? failure = null;
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var job in group)
            {
                job.Run(_connection);
            }

            _connection.Execute("COMMIT");
        }
        catch (Exception exception)
        {
            // Whatever it was, the thread goes on: a full disk may have room again.
            failure = new StoreException($"The embedded store could not write: {exception.Message}", exception);
            RollBack();
        }

        foreach (var job in group)
        {
            job.Complete(failure);
        }
    }

    private void RollBack()
    {
        try
        {
            _connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has done it by itself: https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
        }
    }
}
