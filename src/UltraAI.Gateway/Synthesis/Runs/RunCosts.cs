using UltraAI.Gateway.Admission;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>Holds a run to <c>MaxCostUsd</c> of its preset. A stage that runs counts at its worst until it ends. Thread-safe.</summary>
internal sealed class RunCosts(RunAdmission admission, decimal? maxUsd)
{
    private const decimal NanoPerUsd = 1_000_000_000m;

    private readonly Lock _lock = new();
    private readonly long? _max = maxUsd is { } usd ? (long)Math.Min(usd * NanoPerUsd, long.MaxValue) : null;
    private long _committed;

    /// <summary>Whether calls fit in beside what has been spent.</summary>
    public bool Fits(IEnumerable<PlannedCall> calls) => _max is not { } max || admission.SpentNanoUsd + calls.Sum(admission.WorstCase) <= max;

    /// <summary>A stage begins, with these calls.</summary>
    public void Begin(IEnumerable<PlannedCall> calls)
    {
        if (_max is not null)
        {
            var cost = admission.SpentNanoUsd + calls.Sum(admission.WorstCase);
            lock (_lock)
            {
                _committed = cost;
            }
        }
    }

    /// <summary>Takes one more call into the stage that runs.</summary>
    /// <returns>False if there is no room for it.</returns>
    public bool TryAdd(PlannedCall call)
    {
        if (_max is not { } max)
        {
            return true;
        }

        var cost = admission.WorstCase(call);
        lock (_lock)
        {
            if (_committed + cost > max)
            {
                return false;
            }

            _committed += cost;
            return true;
        }
    }
}
