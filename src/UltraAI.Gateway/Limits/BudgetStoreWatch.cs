using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

/// <summary>Says in the log when the store of budgets goes and comes back: once each.</summary>
internal sealed partial class BudgetStoreWatch(ILogger<BudgetStoreWatch> logger)
{
    private int _isGone;

    public void Answered()
    {
        if (Volatile.Read(ref _isGone) != 0 && Interlocked.Exchange(ref _isGone, 0) != 0)
        {
            LogBack();
        }
    }

    public void Overdue(TimeSpan patience)
    {
        if (Interlocked.Exchange(ref _isGone, 1) == 0)
        {
            LogGone($"no answer within {patience.TotalMilliseconds} ms");
        }
    }

    public void Failed(Exception exception)
    {
        if (exception is not (StoreException or TimeoutException))
        {
            LogFault(exception);
        }

        if (Interlocked.Exchange(ref _isGone, 1) == 0)
        {
            LogGone(exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The store of budgets is gone: {Reason} Calls are paid out of what was granted before; those that need more are refused", EventName = "BudgetStoreGone")]
    private partial void LogGone(string reason);

    [LoggerMessage(LogLevel.Information, "The store of budgets is back", EventName = "BudgetStoreBack")]
    private partial void LogBack();

    [LoggerMessage(LogLevel.Error, "An operation on a budget failed for a reason that is not the store's", EventName = "BudgetStoreFault")]
    private partial void LogFault(Exception exception);
}
