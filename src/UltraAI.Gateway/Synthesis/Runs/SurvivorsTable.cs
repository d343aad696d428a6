using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Collect;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>What became of one member's draft.</summary>
/// <param name="Outcome">Its last call's outcome.</param>
/// <param name="Reason">Why it was broken off, where the outcome is <see cref="ChatOutcome.Cancelled"/>.</param>
internal readonly record struct DraftOutcome(ChatOutcome Outcome, CancelReason? Reason = null)
{
    /// <summary>Whether time is what it lacked.</summary>
    public bool IsTimeout => Outcome == ChatOutcome.InactivityTimeout
        || (Outcome == ChatOutcome.Cancelled && Reason is CancelReason.StageDeadline or CancelReason.RunDeadline);
}

/// <summary>How a run ends without an answer.</summary>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Code">The error's code.</param>
/// <param name="MayRetry">Whether an SDK may come again by itself (<c>x-should-retry</c>).</param>
internal sealed record RunFailure(int Status, string Code, bool MayRetry)
{
    public static readonly RunFailure QuorumNotMet = new(StatusCodes.Status503ServiceUnavailable, "quorum_not_met", MayRetry: false);
    public static readonly RunFailure NoMembersAvailable = new(StatusCodes.Status503ServiceUnavailable, "no_members_available", MayRetry: true);
    public static readonly RunFailure AllRateLimited = new(StatusCodes.Status429TooManyRequests, "all_members_rate_limited", MayRetry: true);
    public static readonly RunFailure AllTimedOut = new(StatusCodes.Status504GatewayTimeout, "all_members_timed_out", MayRetry: false);
    public static readonly RunFailure AllFailed = new(StatusCodes.Status502BadGateway, "all_members_failed", MayRetry: false);
}

/// <summary>How a run goes on after the stage <c>initial</c>.</summary>
internal enum NextStep
{
    /// <summary>To the review, or to the lead where there is none.</summary>
    GoOn,

    /// <summary>The one draft is the answer, verbatim.</summary>
    AnswerWithSurvivor,

    Fail,
}

/// <param name="Step">How the run goes on.</param>
/// <param name="Degraded">What it has to do without; null: nothing.</param>
/// <param name="Failure">How it ends, where it fails.</param>
internal sealed record SurvivorsDecision(NextStep Step, DegradedCode? Degraded = null, RunFailure? Failure = null);

/// <summary>The table of the survivors of the stage <c>initial</c>.</summary>
internal static class SurvivorsTable
{
    /// <param name="drafts">What became of each member. Members that can't read the input don't count.</param>
    /// <param name="quorum">The quorum.</param>
    /// <param name="mode">How many drafts the run insists on.</param>
    public static SurvivorsDecision Decide(IReadOnlyCollection<DraftOutcome> drafts, int quorum, RequireMode mode)
    {
        var members = drafts.Count(draft => draft.Outcome != ChatOutcome.UnsupportedInput);
        var survivors = drafts.Count(draft => draft.Outcome == ChatOutcome.Ok);
        if (survivors == 0)
        {
            return new SurvivorsDecision(NextStep.Fail, Failure: NobodyAnswered(drafts, mode));
        }

        var degraded = survivors == 1 ? DegradedCode.SingleSurvivor
            : survivors < quorum ? DegradedCode.BelowQuorum
            : survivors < members ? DegradedCode.PartialPanel
            : (DegradedCode?)null;
        if (degraded is not null && (mode == RequireMode.Full || (mode == RequireMode.Quorum && degraded != DegradedCode.PartialPanel)))
        {
            return new SurvivorsDecision(NextStep.Fail, Failure: RunFailure.QuorumNotMet);
        }

        return new SurvivorsDecision(degraded == DegradedCode.SingleSurvivor ? NextStep.AnswerWithSurvivor : NextStep.GoOn, degraded);
    }

    private static RunFailure NobodyAnswered(IReadOnlyCollection<DraftOutcome> drafts, RequireMode mode)
    {
        var able = drafts.Where(draft => draft.Outcome != ChatOutcome.UnsupportedInput).ToArray();
        return able.Length > 0 && able.All(draft => draft.Outcome == ChatOutcome.CircuitOpen) ? RunFailure.NoMembersAvailable
            : mode != RequireMode.Any ? RunFailure.QuorumNotMet
            : able.Length > 0 && able.All(draft => draft.Outcome == ChatOutcome.RateLimited) ? RunFailure.AllRateLimited
            : able.Length > 0 && able.All(draft => draft.IsTimeout) ? RunFailure.AllTimedOut
            : RunFailure.AllFailed;
    }
}
