using System.Globalization;
using StackExchange.Redis;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

/// <summary>Budgets in Redis, for all instances together: one number per key and period, changed by scripts alone.</summary>
internal sealed class RedisBudgetGrantStore(RedisConnection redis) : IBudgetGrantStore
{
    // After its period an account is kept for calls that straddled the end.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private static readonly string TakeScript = EmbeddedScript.Read("BudgetTake");
    private static readonly string AddScript = EmbeddedScript.Read("BudgetAdd");

    public TimeSpan Patience { get; } = TimeSpan.FromMilliseconds(50);

    public Task<GrantAnswer> TakeAsync(BudgetOperationId operation, BudgetAccountId account, GrantRequest request) =>
        RunAsync(TakeScript, operation, account, [request.Budget, request.Wanted, request.Needed, request.Least]);

    public Task<GrantAnswer> ReturnAsync(BudgetOperationId operation, BudgetAccountId account, long amount) =>
        RunAsync(AddScript, operation, account, [-amount]);

    public Task<GrantAnswer> ChargeAsync(BudgetOperationId operation, BudgetAccountId account, long amount) =>
        RunAsync(AddScript, operation, account, [amount]);

    public async Task<long> ReadAsync(BudgetAccountId account, CancellationToken cancellationToken)
    {
        var value = await redis.AskAsync(database => database.StringGetAsync(NameOf(account)), cancellationToken);
        return value.TryParse(out long taken) ? taken : 0;
    }

    private async Task<GrantAnswer> RunAsync(string script, BudgetOperationId operation, BudgetAccountId account, RedisValue[] amounts)
    {
        var last = redis.Name($"budget-op:{account.Period}:{account.Key}:{operation.Sender:N}");
        var expires = account.EndsAt is { } end ? (end + Kept).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : "";
        var answer = await redis.AskAsync(database =>
            database.ScriptEvaluateAsync(script, [NameOf(account), last], [operation.Id.ToString("N"), expires, .. amounts]));
        var numbers = (long[]?)answer ?? throw new StoreException("Redis answered a script of budgets with nothing.");
        return new GrantAnswer(numbers[0], numbers[1]);
    }

    private RedisKey NameOf(BudgetAccountId account) => redis.Name($"budget:{account.Period}:{account.Key}");
}
