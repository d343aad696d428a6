using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Ordering;

namespace UltraAI.Gateway.Tests.Synthesis.Collect;

/// <summary>Plays a script to the collector in virtual time.</summary>
internal sealed class StagePlayer : IStageObserver<bool>
{
    private readonly StageScript _script;
    private readonly FakeTimeProvider _time = new();
    private readonly VirtualThread _thread = new();
    private readonly TaskCompletionSource<bool>[] _answers;
    private readonly CancellationToken[] _tokens;
    private readonly List<string> _heard = [];

    private StagePlayer(StageScript script)
    {
        _script = script;
        _answers = [.. script.Calls.Select(_ => new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously))];
        _tokens = new CancellationToken[script.Calls.Length];
    }

    public static StageOutcome Play(StageScript script) => new StagePlayer(script).Play();

    public void Settled(int index, StageCallResult<bool> result) => _heard.Add($"{index} {Word(result)}");

    public void QuorumReached(int ok) => _heard.Add($"quorum {ok}");

    public void Cancelled(int index, CancelReason reason) => _heard.Add($"{index} {reason}");

    private StageOutcome Play()
    {
        using var run = new RunCancellation(_time, TimeSpan.FromHours(1), CancellationToken.None);
        var rule = new StageRule(_script.Quorum, TimeSpan.FromMilliseconds(_script.Grace), TimeSpan.FromMilliseconds(_script.Limit)) { Needed = _script.Needed };
        var calls = _script.Calls.Select((call, index) => new StageCall<bool>(token => Start(call, index, token), ok => ok, call.Required)).ToArray();
        Task<StageResult<bool>>? stage = null;
        var random = new SplitMix64(_script.Seed + 1);
        if (_script.CancelAt == 0)
        {
            run.Cancel(_script.CancelWith);
        }

        _thread.Run(() => stage = StageCollector.CollectAsync(calls, rule, _time, run, this));
        for (var now = 1; now <= StageScript.Horizon + 10 && !stage!.IsCompleted; now++)
        {
            _thread.Run(() => Tick(now, run, random.Next()));
        }

        if (!stage!.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException($"The stage has not ended: {_script}");
        }

        var result = stage.Result;
        CheckTokens(result);
        return new StageOutcome(
            result.End,
            (int)result.Elapsed.TotalMilliseconds,
            string.Join(' ', result.Calls.Select(call => $"{Word(call)}@{(int)call.Elapsed.TotalMilliseconds}")),
            string.Join(',', _heard));
    }

    // In any order, before or after the timers of the same millisecond: neither may make a difference.
    private void Tick(int now, RunCancellation run, ulong seed)
    {
        var random = new SplitMix64(seed);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        if (_script.CancelAt == now)
        {
            run.Cancel(_script.CancelWith);
        }

        foreach (var index in ReviewOrder.Create(_answers.Length, random).Permutation)
        {
            if (_script.Calls[index].At == now)
            {
                End(_answers[index], _script.Calls[index].Ending);
            }
        }
    }

    private Task<bool> Start(ScriptedCall call, int index, CancellationToken token)
    {
        _tokens[index] = token;
        if (call.At == 0)
        {
            return call.Ending == Ending.Throws ? throw new InvalidOperationException("at once") : Task.FromResult(call.Ending == Ending.Ok);
        }

        if (call.ObeysCancellation)
        {
            token.Register(() => _answers[index].TrySetCanceled(token));
        }

        return _answers[index].Task;
    }

    private static void End(TaskCompletionSource<bool> answer, Ending ending)
    {
        if (ending == Ending.Throws)
        {
            answer.TrySetException(new InvalidOperationException("later"));
        }
        else
        {
            answer.TrySetResult(ending == Ending.Ok);
        }
    }

    private void CheckTokens(StageResult<bool> result)
    {
        for (var i = 0; i < _tokens.Length; i++)
        {
            if (_tokens[i].IsCancellationRequested != result.Calls[i].Cancelled is not null)
            {
                throw new InvalidOperationException($"The token of call {i} does not fit its result: {_script}");
            }
        }
    }

    private static string Word(StageCallResult<bool> result) =>
        result.Cancelled is { } reason ? reason.ToString() : result.Fault is not null ? "threw" : result.IsOk ? "ok" : "failed";
}
