using Microsoft.Data.Sqlite;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

/// <summary>Budgets in the embedded file.</summary>
internal sealed class EmbeddedBudgetGrantStore(EmbeddedDatabase database, TimeProvider time) : IBudgetGrantStore
{
    // After its period an account is kept for calls that straddled the end.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    // A disk may be busy; it is not somebody else who may be gone.
    public TimeSpan Patience { get; } = TimeSpan.FromSeconds(5);

    public Task<GrantAnswer> TakeAsync(BudgetOperationId operation, BudgetAccountId account, GrantRequest request) =>
        OnceAsync(operation, account, taken => request.GrantOutOf(taken));

    public Task<GrantAnswer> ReturnAsync(BudgetOperationId operation, BudgetAccountId account, long amount) =>
        AddAsync(operation, account, -amount);

    public Task<GrantAnswer> ChargeAsync(BudgetOperationId operation, BudgetAccountId account, long amount) =>
        AddAsync(operation, account, amount);

    public Task<long> ReadAsync(BudgetAccountId account, CancellationToken cancellationToken) =>
        database.RunAsync(connection => Taken(connection, account), cancellationToken);

    private async Task<GrantAnswer> AddAsync(BudgetOperationId operation, BudgetAccountId account, long amount) =>
        await OnceAsync(operation, account, taken => Math.Clamp(amount, -taken, BudgetAmounts.Max)) with { Granted = 0 };

    private Task<GrantAnswer> OnceAsync(BudgetOperationId operation, BudgetAccountId account, Func<long, long> change) => database.RunAsync(connection =>
    {
        var (sender, id) = (operation.Sender.ToByteArray(), operation.Id.ToByteArray());
        var done = connection.Rows(
            row => row.GetInt64(0),
            "SELECT granted FROM budget_operations WHERE key = ?1 AND period = ?2 AND sender = ?3 AND id = ?4",
            account.Key, account.Period, sender, id);
        var taken = Taken(connection, account);
        if (done.Count > 0)
        {
            return new GrantAnswer(done[0], taken);
        }

        var granted = change(taken);
        if (granted != 0)
        {
            taken = Write(connection, account, Math.Min(taken + granted, long.MaxValue - BudgetAmounts.Max));
            connection.Execute(
                "INSERT INTO budget_operations VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET id = excluded.id, granted = excluded.granted",
                account.Key, account.Period, sender, id, granted);
        }

        return new GrantAnswer(granted, taken);
    });

    private long Write(SqliteConnection connection, BudgetAccountId account, long taken)
    {
        if (connection.Execute("UPDATE budgets SET taken = ?3 WHERE key = ?1 AND period = ?2", account.Key, account.Period, taken) == 0)
        {
            connection.Execute("INSERT INTO budgets VALUES (?1, ?2, ?3, ?4)", account.Key, account.Period, taken, account.EndsAt?.ToUnixTimeSeconds());
            Forget(connection);
        }

        return taken;
    }

    private void Forget(SqliteConnection connection)
    {
        connection.Execute("DELETE FROM budgets WHERE ends_at < ?1", (time.GetUtcNow() - Kept).ToUnixTimeSeconds());
        connection.Execute(
            "DELETE FROM budget_operations WHERE NOT EXISTS (SELECT 1 FROM budgets b WHERE b.key = budget_operations.key AND b.period = budget_operations.period)");
    }

    private static long Taken(SqliteConnection connection, BudgetAccountId account) =>
        connection.Value<long>("SELECT taken FROM budgets WHERE key = ?1 AND period = ?2", account.Key, account.Period);
}
