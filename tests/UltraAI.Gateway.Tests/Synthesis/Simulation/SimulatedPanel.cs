using UltraAI.Gateway.Synthesis.Ordering;
using UltraAI.Gateway.Synthesis.Ranking;

namespace UltraAI.Gateway.Tests.Synthesis.Simulation;

/// <summary>In which order reviewers are shown the drafts.</summary>
internal enum Showing
{
    /// <summary>The gateway's own order.</summary>
    Cyclic,

    /// <summary>Drawn anew for each reviewer.</summary>
    Shuffled,

    /// <summary>The members' order, for all.</summary>
    Fixed,
}

/// <summary>
/// A panel whose truth is known. With probability ρ all have the same luck with a question, and the same wrong answer; else each has its own. A reviewer whose own
/// draft was right tells right from wrong, with noise; one whose draft was wrong can't, and likes what agrees with it.
/// </summary>
internal sealed record SimulatedPanel
{
    private const int WrongAnswers = 3;
    private const double RightMean = 8;
    private const double WrongMean = 4;
    private const double LostMean = 6;
    private const double OwnOpinion = 1.5;
    private const double Noise = 1.5;

    /// <summary>By member: the share of questions that it gets right.</summary>
    public required double[] Accuracy { get; init; }

    /// <summary>ρ: the share of questions on which all have the same luck.</summary>
    public required double Correlation { get; init; }

    /// <summary>The member that writes wrong answers and votes against the right ones; null: none.</summary>
    public int? Hostile { get; init; }

    /// <summary>What the first position is worth, in points of the scale; the last is worth nothing.</summary>
    public double PositionBias { get; init; }

    public Showing Showing { get; init; } = Showing.Cyclic;

    public double PriorWeight { get; init; }

    /// <summary>By member: what the operator thinks of it beforehand.</summary>
    public double[]? Priors { get; init; }

    /// <returns>The shares of right answers, in percent: of the best member, of the most frequent answer, of the draft ranked first.</returns>
    public (double BestSingle, double Majority, double PeerRank) Run(int questions, ulong seed)
    {
        var random = new SplitMix64(seed);
        var best = Array.IndexOf(Accuracy, Accuracy.Max());
        int single = 0, majority = 0, peers = 0;
        for (var question = 0; question < questions; question++)
        {
            var answers = Answers(ref random);
            single += IsRight(answers[best]) ? 1 : 0;
            majority += IsRight(MostFrequent(answers)) ? 1 : 0;
            peers += IsRight(answers[TopDraft(answers, ref random)]) ? 1 : 0;
        }

        return (100.0 * single / questions, 100.0 * majority / questions, 100.0 * peers / questions);
    }

    // 0 is the right answer.
    private static bool IsRight(int answer) => answer == 0;

    private int[] Answers(ref SplitMix64 random)
    {
        var answers = new int[Accuracy.Length];
        var isShared = random.NextDouble() < Correlation;
        var luck = random.NextDouble();
        var wrong = 1 + random.Next(WrongAnswers);
        for (var member = 0; member < answers.Length; member++)
        {
            if (!isShared)
            {
                luck = random.NextDouble();
                wrong = 1 + random.Next(WrongAnswers);
            }

            answers[member] = member != Hostile && luck < Accuracy[member] ? 0 : wrong;
        }

        return answers;
    }

    // Of equally frequent answers the one that comes first.
    private static int MostFrequent(int[] answers) => answers.MaxBy(answer => answers.Count(other => other == answer));

    private int TopDraft(int[] answers, ref SplitMix64 random)
    {
        var order = ReviewOrder.Create(answers.Length, new SplitMix64(random.Next()));
        var ballots = new Ballot[answers.Length];
        for (var reviewer = 0; reviewer < answers.Length; reviewer++)
        {
            var shown = Shown(order, reviewer, answers.Length, ref random);
            var votes = new DraftVote[shown.Length];
            for (var position = 0; position < shown.Length; position++)
            {
                var bias = PositionBias * (shown.Length - 1 - position) / Math.Max(1, shown.Length - 1);
                votes[position] = new DraftVote(shown[position], Math.Clamp(Opinion(reviewer, shown[position], answers, ref random) + bias, 1, 10));
            }

            ballots[reviewer] = new Ballot(reviewer, votes);
        }

        return PeerRanking.Rank(ballots, Priors ?? new double[answers.Length], PriorWeight)!.Order[0];
    }

    private int[] Shown(ReviewOrder order, int reviewer, int drafts, ref SplitMix64 random) => Showing switch
    {
        Showing.Cyclic => order.DraftsFor(reviewer),
        Showing.Fixed => [.. Enumerable.Range(0, drafts).Where(draft => draft != reviewer)],
        _ => [.. ReviewOrder.Create(drafts, new SplitMix64(random.Next())).Permutation.Where(draft => draft != reviewer)],
    };

    private double Opinion(int reviewer, int draft, int[] answers, ref SplitMix64 random)
    {
        if (reviewer == Hostile)
        {
            return IsRight(answers[draft]) ? 1 : 10;
        }

        var mean = IsRight(answers[reviewer]) ? (IsRight(answers[draft]) ? RightMean : WrongMean)
            : LostMean + (answers[draft] == answers[reviewer] ? OwnOpinion : 0);
        return mean + (Noise * Normal(ref random));
    }

    // Box and Muller.
    private static double Normal(ref SplitMix64 random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
