using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Runs;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Runs;

public sealed class SurvivorsTableTests
{
    // Five members with a quorum of three: all rows differ.
    [Theory]
    [InlineData(0, "any", "502 all_members_failed")]
    [InlineData(0, "quorum", "503 quorum_not_met")]
    [InlineData(0, "full", "503 quorum_not_met")]
    [InlineData(1, "any", "AnswerWithSurvivor single_survivor")]
    [InlineData(1, "quorum", "503 quorum_not_met")]
    [InlineData(1, "full", "503 quorum_not_met")]
    [InlineData(2, "any", "GoOn below_quorum")]
    [InlineData(2, "quorum", "503 quorum_not_met")]
    [InlineData(2, "full", "503 quorum_not_met")]
    [InlineData(3, "any", "GoOn partial_panel")]
    [InlineData(3, "quorum", "GoOn partial_panel")]
    [InlineData(3, "full", "503 quorum_not_met")]
    [InlineData(4, "any", "GoOn partial_panel")]
    [InlineData(4, "quorum", "GoOn partial_panel")]
    [InlineData(4, "full", "503 quorum_not_met")]
    [InlineData(5, "any", "GoOn")]
    [InlineData(5, "quorum", "GoOn")]
    [InlineData(5, "full", "GoOn")]
    public void EveryRow_InEveryMode(int survivors, string mode, string expected)
    {
        ChatOutcome[] failures = [ChatOutcome.HttpError, ChatOutcome.RateLimited, ChatOutcome.Empty, ChatOutcome.Auth, ChatOutcome.InactivityTimeout];
        var drafts = failures.Select((failure, i) => new DraftOutcome(i < survivors ? ChatOutcome.Ok : failure)).ToArray();

        Assert.Equal(expected, Describe(SurvivorsTable.Decide(drafts, 3, Enum.Parse<RequireMode>(mode, ignoreCase: true))));
    }

    [Theory]
    [InlineData("RateLimited RateLimited", "429 all_members_rate_limited")]
    [InlineData("RateLimited HttpError", "502 all_members_failed")]
    [InlineData("InactivityTimeout StageDeadline", "504 all_members_timed_out")]
    [InlineData("InactivityTimeout ConnectError", "502 all_members_failed")]
    [InlineData("RateLimited InactivityTimeout", "502 all_members_failed")]
    [InlineData("CircuitOpen CircuitOpen", "503 no_members_available")]
    [InlineData("CircuitOpen HttpError", "502 all_members_failed")]
    [InlineData("RateLimited UnsupportedInput RateLimited", "429 all_members_rate_limited")]
    [InlineData("UnsupportedInput UnsupportedInput", "502 all_members_failed")]
    public void NobodyAnswered_TheSharedCauseDecides(string outcomes, string expected)
    {
        var drafts = outcomes.Split(' ').Select(outcome => outcome == "StageDeadline"
            ? new DraftOutcome(ChatOutcome.Cancelled, CancelReason.StageDeadline)
            : new DraftOutcome(Enum.Parse<ChatOutcome>(outcome))).ToArray();

        Assert.Equal(expected, Describe(SurvivorsTable.Decide(drafts, 2, RequireMode.Any)));
    }

    [Fact]
    public void MembersThatCannotReadTheInput_DoNotCount()
    {
        DraftOutcome[] drafts = [new(ChatOutcome.Ok), new(ChatOutcome.UnsupportedInput), new(ChatOutcome.Ok)];

        Assert.Equal("GoOn", Describe(SurvivorsTable.Decide(drafts, 2, RequireMode.Full)));
    }

    [Theory]
    [InlineData("429", true)]
    [InlineData("502", false)]
    [InlineData("504", false)]
    public void Retry_IsForWhatCostNothing(string status, bool mayRetry)
    {
        RunFailure[] failures = [RunFailure.AllRateLimited, RunFailure.AllFailed, RunFailure.AllTimedOut];

        Assert.Equal(mayRetry, failures.Single(failure => $"{failure.Status}" == status).MayRetry);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    [InlineData(6, 4)]
    [InlineData(7, 5)]
    [InlineData(8, 5)]
    public void DefaultQuorum_IsAsDocumented(int members, int quorum) => Assert.Equal(quorum, Quorums.Default(members));

    [Theory]
    [InlineData("any", 0)]
    [InlineData("quorum", 3)]
    [InlineData("full", 5)]
    public void StrictModes_NeedAsManyAsTheyInsistOn(string mode, int needed) =>
        Assert.Equal(needed, Quorums.Needed(Enum.Parse<RequireMode>(mode, ignoreCase: true), 3, 5));

    private static string Describe(SurvivorsDecision decision) =>
        decision.Failure is { } failure ? $"{failure.Status} {failure.Code}" : $"{decision.Step} {decision.Degraded?.Name()}".TrimEnd();
}
