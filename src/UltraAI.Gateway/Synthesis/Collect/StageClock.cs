namespace UltraAI.Gateway.Synthesis.Collect;

/// <summary>The moments, counted from its start, at which a stage ends though no call settles.</summary>
internal sealed class StageClock(StageRule rule)
{
    private bool _requiredSettled;
    private TimeSpan? _graceEnd;
    private long _cancelled = long.MaxValue;

    /// <summary>The next of these moments, as far as is known now.</summary>
    public TimeSpan Next => _requiredSettled && _graceEnd < rule.Limit ? _graceEnd.Value : rule.Limit;

    public void QuorumReached(TimeSpan moment) => _graceEnd = moment + rule.Grace;

    public void RequiredSettled() => _requiredSettled = true;

    public void RunCancelled(TimeSpan moment) => Volatile.Write(ref _cancelled, moment.Ticks);

    public bool GraceIsOver(TimeSpan moment) => _requiredSettled && _graceEnd <= moment;

    /// <summary>The end that came no later than a moment, if any. Of two at the same time the run's cancellation counts, then the quorum.</summary>
    public (StageEnd End, TimeSpan At)? EndUntil(TimeSpan moment)
    {
        var next = Next;
        var cancelled = TimeSpan.FromTicks(Volatile.Read(ref _cancelled));
        if (cancelled <= next && cancelled <= moment)
        {
            return (StageEnd.RunCancelled, cancelled);
        }

        return next > moment ? null : (GraceIsOver(next) ? StageEnd.Quorum : StageEnd.Deadline, next);
    }
}
