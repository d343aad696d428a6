using UltraAI.Gateway.Synthesis.Ranking;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Ranking;

public sealed class RevisionGateTests
{
    // A vote is written as its correctness, with ! for a major error and ? for no correctness.
    [Theory]
    [InlineData("flagged", "", "Kept")]
    [InlineData("flagged", "8", "Kept")]
    [InlineData("flagged", "5", "Accepted")]
    [InlineData("flagged", "5.1", "Kept")]
    [InlineData("flagged", "9!", "Accepted")]
    [InlineData("flagged", "?", "Kept")]
    [InlineData("flagged", "?!", "Accepted")]
    [InlineData("flagged", "5 8", "Accepted")]
    [InlineData("flagged", "5 8 8", "Kept")]
    [InlineData("flagged", "5 8! 8", "Accepted")]
    [InlineData("flagged", "5 5 8 8", "Accepted")]
    [InlineData("always", "", "Accepted")]
    [InlineData("always", "10 10", "Accepted")]
    [InlineData("never", "", "Kept")]
    [InlineData("never", "1! 1!", "Kept")]
    public void Proposed_IsAcceptedByTheRule(string mode, string votes, string expected) =>
        Assert.Equal(expected, RevisionGate.Decide(true, Enum.Parse<RevisionMode>(mode, ignoreCase: true), Votes(votes)).ToString());

    [Theory]
    [InlineData("flagged")]
    [InlineData("always")]
    [InlineData("never")]
    public void NotProposed_IsNone(string mode) =>
        Assert.Equal(RevisionResult.None, RevisionGate.Decide(false, Enum.Parse<RevisionMode>(mode, ignoreCase: true), Votes("1! 1!")));

    private static DraftVote[] Votes(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(vote => new DraftVote(
        0,
        7,
        Correctness: vote.TrimEnd('!') is var number && number == "?" ? null : double.Parse(number, System.Globalization.CultureInfo.InvariantCulture),
        MajorErrors: vote.EndsWith('!') ? 1 : 0))];
}
