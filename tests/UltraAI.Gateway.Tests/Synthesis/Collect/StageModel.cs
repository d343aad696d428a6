using UltraAI.Gateway.Synthesis.Collect;

namespace UltraAI.Gateway.Tests.Synthesis.Collect;

/// <summary>The stage rule, once more: a clock that goes from millisecond to millisecond and looks at everything at each.</summary>
internal sealed class StageModel(StageScript script)
{
    private readonly string?[] _calls = new string?[script.Calls.Length];
    private readonly List<string> _heard = [];
    private int? _quorumAt;

    public StageOutcome Run()
    {
        for (var now = 0; ; now++)
        {
            if (EndOnItsOwn(now) is { } early)
            {
                return Ended(early, now);
            }

            for (var member = 0; member < _calls.Length; member++)
            {
                if (script.Calls[member].At == now)
                {
                    Settle(member, now);
                    if (EndAfterSettling(now) is { } end)
                    {
                        return Ended(end, now);
                    }
                }
            }
        }
    }

    private StageEnd? EndOnItsOwn(int now)
    {
        if (script.CancelAt == now)
        {
            return StageEnd.RunCancelled;
        }

        return GraceOver(now) ? StageEnd.Quorum : now >= script.Limit ? StageEnd.Deadline : null;
    }

    private StageEnd? EndAfterSettling(int now)
    {
        var pending = _calls.Count(call => call is null);
        var ok = _calls.Count(call => call is not null && call.StartsWith("ok", StringComparison.Ordinal));
        if (pending == 0)
        {
            return StageEnd.AllSettled;
        }

        if (ok + pending < script.Needed)
        {
            return StageEnd.Strict;
        }

        return GraceOver(now) ? StageEnd.Quorum : null;
    }

    private bool GraceOver(int now)
    {
        for (var member = 0; member < _calls.Length; member++)
        {
            if (script.Calls[member].Required && _calls[member] is null)
            {
                return false;
            }
        }

        return _quorumAt + script.Grace <= now;
    }

    private void Settle(int member, int now)
    {
        var word = script.Calls[member].Ending switch { Ending.Ok => "ok", Ending.NotOk => "failed", _ => "threw" };
        _calls[member] = $"{word}@{now}";
        _heard.Add($"{member} {word}");
        var ok = _calls.Count(call => call is not null && call.StartsWith("ok", StringComparison.Ordinal));
        if (_quorumAt is null && ok >= script.Quorum && ok >= script.Needed)
        {
            _quorumAt = now;
            _heard.Add($"quorum {ok}");
        }
    }

    private StageOutcome Ended(StageEnd end, int now)
    {
        var reason = end switch
        {
            StageEnd.Quorum => CancelReason.Straggler,
            StageEnd.Deadline => CancelReason.StageDeadline,
            StageEnd.Strict => CancelReason.Strict,
            _ => script.CancelWith,
        };
        for (var member = 0; member < _calls.Length; member++)
        {
            if (_calls[member] is null)
            {
                _calls[member] = $"{reason}@{now}";
                _heard.Add($"{member} {reason}");
            }
        }

        return new StageOutcome(end, now, string.Join(' ', _calls), string.Join(',', _heard));
    }
}
