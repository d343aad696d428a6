using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Metering;

/// <summary>A line of the ledger while it is added up: what has come since the last batch, and all that has come since start.</summary>
internal sealed class UsageCell(UsageKey key)
{
    private readonly Lock _gate = new();
    private UsageTotals _totals;
    private UsageTotals _taken;
    private DateOnly _day;

    public UsageKey Key => key;

    public UsageTotals SinceStart
    {
        get
        {
            lock (_gate)
            {
                var sum = _taken;
                sum.Add(_totals);
                return sum;
            }
        }
    }

    /// <param name="day">The UTC day of the call.</param>
    /// <param name="usage">What it used.</param>
    /// <param name="costNanoUsd">What that costs.</param>
    /// <param name="isEstimated">Whether the tokens are an estimate.</param>
    /// <param name="earlier">What an earlier day had left; it goes into a batch by itself.</param>
    /// <returns>Whether this is the first that has come since the last batch.</returns>
    public bool Add(DateOnly day, in TokenUsage usage, long costNanoUsd, bool isEstimated, out KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>? earlier)
    {
        lock (_gate)
        {
            var isFirst = _totals.Requests == 0;
            earlier = null;
            if (day != _day)
            {
                earlier = isFirst ? null : TakeOutLocked();
                _day = day;
            }

            _totals.Add(usage, costNanoUsd, isEstimated);
            return isFirst;
        }
    }

    /// <summary>Takes out what has come; the cell is empty then.</summary>
    public KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals> TakeOut()
    {
        lock (_gate)
        {
            return TakeOutLocked();
        }
    }

    private KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals> TakeOutLocked()
    {
        var row = KeyValuePair.Create((key, _day), _totals);
        _taken.Add(_totals);
        _totals = default;
        return row;
    }
}
