using System.Globalization;
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

/// <summary>One question: what each member answers, and by how much each reviewer's opinion of each draft is off.</summary>
/// <param name="Seed">What the order of showing is drawn by, as a run's <c>ultra.seed</c>.</param>
/// <param name="Answers">By member; 0 is right.</param>
/// <param name="Noise">By reviewer and draft, in points of the scale.</param>
internal sealed record SimulatedQuestion(long Seed, int[] Answers, double[,] Noise)
{
    public SplitMix64 Lot(string purpose = "") => SplitMix64.Of(Seed.ToString(CultureInfo.InvariantCulture) + purpose);
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
    private const double NoiseDeviation = 1.5;

    /// <summary>By member: the share of questions that it gets right.</summary>
    public required double[] Accuracy { get; init; }

    /// <summary>ρ: the share of questions on which all have the same luck.</summary>
    public required double Correlation { get; init; }

    /// <summary>The member that writes wrong answers and votes against the right ones; null: none.</summary>
    public int? Hostile { get; init; }

    /// <summary>How much better a reviewer whose draft was wrong likes a draft that says the same, in points of the scale.</summary>
    public double OwnOpinion { get; init; } = 1.5;

    /// <summary>What the first position is worth, in points of the scale; the last is worth nothing.</summary>
    public double PositionBias { get; init; }

    public Showing Showing { get; init; } = Showing.Cyclic;

    public double PriorWeight { get; init; }

    /// <summary>By member: what the operator thinks of it beforehand.</summary>
    public double[]? Priors { get; init; }

    public int Members => Accuracy.Length;

    /// <summary>The member that is right most often.</summary>
    public int Best => Array.IndexOf(Accuracy, Accuracy.Max());

    // 0 is the right answer.
    public static bool IsRight(int answer) => answer == 0;

    /// <summary>Of equally frequent answers the one that comes first.</summary>
    public static int MostFrequent(int[] answers) => answers.MaxBy(answer => answers.Count(other => other == answer));

    /// <summary>The same questions for all panels of the same accuracies and correlation.</summary>
    public IEnumerable<SimulatedQuestion> Questions(int count, ulong seed)
    {
        var random = new SplitMix64(seed);
        for (var number = 0; number < count; number++)
        {
            yield return new SimulatedQuestion((long)(random.Next() >> 1), Answers(ref random), Noise(ref random));
        }
    }

    /// <returns>The shares of right answers, in percent: of the best member, of the most frequent answer, of the draft ranked first.</returns>
    public (double BestSingle, double Majority, double PeerRank) Run(int questions, ulong seed)
    {
        int single = 0, majority = 0, peers = 0;
        foreach (var question in Questions(questions, seed))
        {
            single += IsRight(question.Answers[Best]) ? 1 : 0;
            majority += IsRight(MostFrequent(question.Answers)) ? 1 : 0;
            peers += IsRight(question.Answers[TopDraft(question)]) ? 1 : 0;
        }

        return (100.0 * single / questions, 100.0 * majority / questions, 100.0 * peers / questions);
    }

    /// <summary>The member whose draft the reviews put first.</summary>
    public int TopDraft(SimulatedQuestion question)
    {
        var order = ReviewOrder.Create(Members, question.Lot());
        var ballots = new Ballot[Members];
        for (var reviewer = 0; reviewer < Members; reviewer++)
        {
            var shown = Shown(question, order, reviewer);
            ballots[reviewer] = new Ballot(reviewer, [.. shown.Select((draft, position) => new DraftVote(draft, Opinion(question, reviewer, draft, position)))]);
        }

        return PeerRanking.Rank(ballots, Priors ?? new double[Members], PriorWeight)!.Order[0];
    }

    /// <summary>What a reviewer gives a draft that it is shown at a position, from 1 to 10.</summary>
    public double Opinion(SimulatedQuestion question, int reviewer, int draft, int position)
    {
        var answers = question.Answers;
        var opinion = reviewer == Hostile ? (IsRight(answers[draft]) ? 1 : 10)
            : question.Noise[reviewer, draft] + (IsRight(answers[reviewer]) ? (IsRight(answers[draft]) ? RightMean : WrongMean)
                : LostMean + (answers[draft] == answers[reviewer] ? OwnOpinion : 0));
        return Math.Clamp(opinion + (PositionBias * (Members - 2 - position) / (Members - 2)), 1, 10);
    }

    private int[] Answers(ref SplitMix64 random)
    {
        var answers = new int[Members];
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

    // Box and Muller.
    private double[,] Noise(ref SplitMix64 random)
    {
        var noise = new double[Members, Members];
        for (var reviewer = 0; reviewer < Members; reviewer++)
        {
            for (var draft = 0; draft < Members; draft++)
            {
                noise[reviewer, draft] = NoiseDeviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            }
        }

        return noise;
    }

    private int[] Shown(SimulatedQuestion question, ReviewOrder order, int reviewer) => Showing switch
    {
        Showing.Cyclic => order.DraftsFor(reviewer),
        Showing.Fixed => [.. Enumerable.Range(0, Members).Where(draft => draft != reviewer)],
        _ => [.. ReviewOrder.Create(Members, question.Lot($"/{reviewer}")).Permutation.Where(draft => draft != reviewer)],
    };
}
