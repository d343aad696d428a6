using UltraAI.Gateway.Admission;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>Holds a run to <c>MaxCostUsd</c> of its preset. A stage that runs counts at its worst until it ends, and what it leaves behind until that is settled. Thread-safe.</summary>
internal sealed class RunCosts(RunAdmission admission, decimal? maxUsd)
{
    private const decimal NanoPerUsd = 1_000_000_000m;

    private readonly Lock _lock = new();
    private readonly long? _max = maxUsd is { } usd ? (long)Math.Min(usd * NanoPerUsd, long.MaxValue) : null;
    private long _committed;
    private int _stage;

    /// <summary>Whether calls fit in beside what has been spent, and what still runs.</summary>
    public bool Fits(IEnumerable<PlannedCall> calls) => _max is not { } max || admission.CommittedNanoUsd + calls.Sum(admission.WorstCase) <= max;

    /// <summary>A stage begins, with these calls.</summary>
    public void Begin(IEnumerable<PlannedCall> calls)
    {
        if (_max is not null)
        {
            var cost = admission.CommittedNanoUsd + calls.Sum(admission.WorstCase);
            lock (_lock)
            {
                _committed = cost;
                _stage++;
            }
        }
    }

    /// <summary>Takes one more call into the stage that runs, out of the preset's budget and of what the key has.</summary>
    /// <returns>False if either has no room for it: then nothing is taken.</returns>
    public async ValueTask<bool> TryExtendAsync(PlannedCall call)
    {
        var cost = _max is null ? 0 : admission.WorstCase(call);
        if (!TryAdd(cost, out var stage))
        {
            return false;
        }

        if (await admission.ExtendAsync(call) is null)
        {
            return true;
        }

        Remove(cost, stage);
        return false;
    }

    private bool TryAdd(long cost, out int stage)
    {
        lock (_lock)
        {
            stage = _stage;
            if (_committed + cost > _max)
            {
                return false;
            }

            _committed += cost;
            return true;
        }
    }

    // A stage that has begun meanwhile counts without it.
    private void Remove(long cost, int stage)
    {
        lock (_lock)
        {
            _committed -= stage == _stage ? cost : 0;
        }
    }
}
