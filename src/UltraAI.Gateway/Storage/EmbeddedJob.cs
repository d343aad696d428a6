using Microsoft.Data.Sqlite;

namespace UltraAI.Gateway.Storage;

/// <summary>A piece of work that waits for the embedded store's thread. It is answered when its group is on the disk.</summary>
internal abstract class EmbeddedJob
{
    /// <summary>Does the work. What it throws undoes its own part of the transaction and no other's.</summary>
    /// <exception cref="SqliteException">The whole transaction is lost.</exception>
    public abstract void Run(SqliteConnection connection);

    /// <param name="failure">Why the group was not written; null if it was.</param>
    public abstract void Complete(StoreException? failure);
}

internal sealed class EmbeddedJob<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) : EmbeddedJob
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private Exception? _exception;

    public Task<T> Task => _answer.Task;

    public override void Run(SqliteConnection connection)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _exception = new OperationCanceledException(cancellationToken);
            return;
        }

        connection.Execute("SAVEPOINT job");
        try
        {
            _result = work(connection);
        }
        catch (Exception exception)
        {
            _exception = exception is SqliteException ? new StoreException($"The embedded store refused: {exception.Message}", exception) : exception;
            connection.Execute("ROLLBACK TO job");
        }

        connection.Execute("RELEASE job");
    }

    public override void Complete(StoreException? failure)
    {
        if ((failure ?? _exception) is not { } exception)
        {
            _answer.SetResult(_result);
        }
        else if (exception is OperationCanceledException)
        {
            _answer.SetCanceled(cancellationToken);
        }
        else
        {
            _answer.SetException(exception);
        }
    }
}
