using System.Diagnostics;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Ordering;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Ranking;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>One run: drafts, reviews, synthesis.</summary>
/// <remarks>
/// <code>
///  plan → admission → initial → review → synthesis → settle
///                       │         │         └ lead after lead, to the first that answers
///                       │         └ ranking, revisions
///                       └ the table of survivors
/// </code>
/// It always ends with exactly one <see cref="RunEnd"/>, after all of its calls have ended.
/// </remarks>
internal sealed partial class UltraRun
{
    // A call that is broken off ends at once; only a fault would keep it.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly RunPlan _plan;
    private readonly RunAdmission _admission;
    private readonly RunServices _services;
    private readonly RunEvents _events;
    private readonly RunCancellation _cancellation;
    private readonly MemberState[] _members;
    private readonly RunCosts _costs;
    private readonly RunTally _tally = new();
    private readonly List<DegradedCode> _degraded = [];
    private readonly List<Task> _chains = [];
    private readonly TimeSpan[] _times = new TimeSpan[3];

    // By draft: the members that have one, in member order, and in which order their drafts stand.
    private MemberState[] _survivors = [];
    private IReadOnlyList<int> _order = [];
    private ReviewOrder? _reviewOrder;
    private readonly List<Ballot> _ballots = [];
    private DraftRanking? _ranking;
    private RunStage _stage;

    public UltraRun(RunPlan plan, RunAdmission admission, RunServices services, RunEvents events, RunCancellation cancellation)
    {
        _plan = plan;
        _admission = admission;
        _services = services;
        _events = events;
        _cancellation = cancellation;
        _members = [.. plan.Members.Select(member => new MemberState(member))];
        _costs = new RunCosts(admission, plan.Request.Preset.Options.Budget.MaxCostUsd);
    }

    private Preset Preset => _plan.Request.Preset;

    /// <summary>Runs to the end. Never throws for what providers or clients do.</summary>
    public async Task<RunEnd> RunAsync()
    {
        using var span = RunSpans.Start(_plan);
        RunEnd end;
        try
        {
            _events.Post(new RunStarted(_plan, _admission.ReservedNanoUsd));
            var ending = await StagesAsync();
            await EndCallsAsync();
            end = ToEnd(ending);
        }
        catch (Exception exception)
        {
            LogFault(_services.Logger, _plan.Id, exception.GetType().FullName, exception.StackTrace);
            _cancellation.Cancel(CancelReason.Client);
            await EndCallsAsync();
            end = new RunFailed(ErrorOf(StatusCodes.Status500InternalServerError, "internal_error", "A fault of the gateway's own; its log has it under the run's id."), _tally.ToSummary());
        }

        // :: Settle, when the last call has told what it used
        _ = Task.WhenAll(_chains).ContinueWith(_ => _admission.Settle(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _services.Metrics.RunEnded(Preset.Name, end);
        RunSpans.Ended(span, end);
        _events.Post(end);
        return end;
    }

    private async Task<Ending> StagesAsync()
    {
        if (_plan.IsToolTurn)
        {
            _events.Post(new StageSkipped(RunStage.Initial, "tool_turn"));
            _events.Post(new StageSkipped(RunStage.Review, "tool_turn"));
            return await SynthesisAsync();
        }

        return await InitialAsync() ?? await ReviewAsync() ?? await SynthesisAsync();
    }

    /// <summary>How the run ends where it was broken off; null if it was not.</summary>
    /// <param name="wasPassedOn">Whether the client has been given a part of an answer.</param>
    /// <param name="whole">A lead's answer that is there already, if there is one: it stands at the run's deadline.</param>
    private Ending? BrokenOff(bool wasPassedOn = false, Ending? whole = null)
    {
        if (_cancellation.Reason is not { } reason)
        {
            return null;
        }

        if (reason != CancelReason.RunDeadline)
        {
            return new Ending { IsCancelled = true };
        }

        if (whole is not null)
        {
            return whole;
        }

        if (!wasPassedOn && _survivors.Length > 0 && Preset.Require == RequireMode.Any)
        {
            return TopDraft(DegradedCode.RunDeadline);
        }

        return new Ending { Error = ErrorOf(StatusCodes.Status504GatewayTimeout, "run_deadline", "The run's time is over (Timeouts:TotalMs of the preset, or ultra.deadline_ms).") };
    }

    /// <summary>The best draft, verbatim.</summary>
    private Ending TopDraft(DegradedCode degraded)
    {
        if (!_degraded.Contains(degraded))
        {
            _degraded.Add(degraded);
        }

        var top = _survivors[_order[0]];
        return new Ending { Answer = top.Answer! with { Text = top.Text, ToolCalls = [] } };
    }

    /// <summary>Starts the calls of a stage at once, and waits by its rule.</summary>
    private async Task<StageResult<ChainResult>> CollectAsync(RunStage stage, char prefix, MemberState[] members, StageRule rule, Func<MemberState, int, ChainRequest> requestOf, Action<StageWatcher>? prepare = null)
    {
        _stage = stage;
        using var span = RunSpans.Start(stage);
        string[] ids = [.. members.Select(member => $"{prefix}.{member.Id}")];
        var watcher = new StageWatcher(stage, ids, [.. members.Select(member => member.Id)], Math.Max(rule.Quorum, rule.Needed), rule.Grace, _events, _tally, _services.Metrics);
        prepare?.Invoke(watcher);
        _events.Post(new StageStarted(stage, ids));
        var chain = new CallChain(_services.Calls, _admission, watcher, _services.Time);
        var start = _services.Time.GetTimestamp();
        var calls = members.Select((member, i) =>
        {
            var request = requestOf(member, i) with { Id = ids[i], TimeLeft = () => rule.Limit - _services.Time.GetElapsedTime(start) };
            return new StageCall<ChainResult>(token => Track(chain.RunAsync(request, token)), ChainResult.Counts, stage == RunStage.Initial && member.Member.Required);
        }).ToArray();
        var result = await StageCollector.CollectAsync(calls, rule, _services.Time, _cancellation, watcher);
        StageEnded(span, stage, result.Elapsed, result.Ok, result.Calls.Count(call => !call.IsOk && call.Cancelled is null), result.Calls.Count(call => call.Cancelled is not null));
        var ok = result.Calls.Where(call => call.IsOk).Select(call => call.Elapsed).Order().ToArray();
        if (ok.Length >= rule.Quorum && ok.Length < members.Length + (result.End == StageEnd.Quorum ? 1 : 0))
        {
            _services.Metrics.GraceWaited(result.Elapsed - ok[rule.Quorum - 1]);
        }

        foreach (var fault in result.Calls.Select(call => call.Fault).OfType<Exception>())
        {
            LogFault(_services.Logger, _plan.Id, fault.GetType().FullName, fault.StackTrace);
        }

        return result;
    }

    private void StageEnded(Activity? span, RunStage stage, TimeSpan elapsed, int ok, int failed, int cancelled)
    {
        RunSpans.Ended(span, ok, failed, cancelled);
        _times[(int)stage] = elapsed;
        _services.Metrics.StageEnded(stage, elapsed);
        _events.Post(new StageCompleted(stage, ok, failed, cancelled, elapsed));
    }

    private Task<ChainResult> Track(Task<ChainResult> chain)
    {
        _chains.Add(chain);
        return chain;
    }

    private Task EndCallsAsync() => EndAsync(Task.WhenAll(_chains));

    private async Task EndAsync(Task all) =>
        await all.WaitAsync(Farewell, _services.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private RunEnd ToEnd(Ending ending)
    {
        var usage = _tally.ToSummary();
        if (ending.IsCancelled)
        {
            return new RunCancelled("client", usage);
        }

        if (ending.Error is { } error)
        {
            return new RunFailed(error, usage);
        }

        return new RunCompleted(new RunReport
        {
            Plan = _plan,
            Text = ending.Answer!.Text,
            ToolCalls = ending.Answer.ToolCalls,
            FinishReason = ending.Answer.FinishReason,
            Degraded = _degraded,
            IsSynthesized = ending.Lead is not null,
            Lead = ending.Lead,
            LeadAttempts = ending.LeadAttempts,
            Members = _members,
            Ranking = _ranking,
            Survivors = [.. _survivors.Select(member => member.Id)],
            StageTimes = _times,
            Total = _events.Elapsed,
            Usage = usage,
        });
    }

    private UltraError ErrorOf(int status, string code, string message, bool mayRetry = false) => new(status, code, message)
    {
        MayRetry = mayRetry && !_tally.HasWork,
        IsAfterWork = _tally.HasWork,
        RunId = _plan.Id,
        Stage = _stage.Name(),
        Members = _plan.IsToolTurn ? [] : [.. _members.Select(member => member.ToFailure())],
    };

    /// <summary>How a run ends: with an answer, an error, or by its client.</summary>
    private sealed record Ending
    {
        public ChatResult? Answer { get; init; }

        /// <summary>Who wrote the answer; null: a draft's author.</summary>
        public ModelReference? Lead { get; init; }

        public int LeadAttempts { get; init; }

        public UltraError? Error { get; init; }

        public bool IsCancelled { get; init; }
    }

    // The exception's message may quote what the client sent, so only its type and place are logged.
    [LoggerMessage(LogLevel.Error, "Run {RunId} met a fault of the gateway's own: {Exception}\n{StackTrace}", EventName = "RunFault")]
    private static partial void LogFault(ILogger logger, string runId, string? exception, string? stackTrace);
}
