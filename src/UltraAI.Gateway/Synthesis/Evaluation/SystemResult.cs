namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>How one way of answering did on all questions.</summary>
internal sealed record SystemResult
{
    private const double Middle = 0.5;
    private const double Tail = 0.95;

    /// <summary><c>solo m1</c>, <c>vote</c>, <c>ultra</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The model; null where there are several.</summary>
    public string? Model { get; init; }

    /// <summary>By question: 1 right, 0 wrong or no answer, in between for a vote that ties.</summary>
    public required double[] Scores { get; init; }

    /// <summary>How many questions have an answer at all.</summary>
    public required int Answered { get; init; }

    /// <summary>The costs that are known, in USD.</summary>
    public required decimal[] Costs { get; init; }

    /// <summary>The latencies that are known.</summary>
    public required long[] Milliseconds { get; init; }

    public double Right => Scores.Sum();

    public double Accuracy => Right / Scores.Length;

    public decimal? MeanUsd => Costs.Length == 0 ? null : Costs.Sum() / Costs.Length;

    public long? MedianMilliseconds => Share(Middle);

    public long? TailMilliseconds => Share(Tail);

    private long? Share(double share)
    {
        if (Milliseconds.Length == 0)
        {
            return null;
        }

        var sorted = Milliseconds.Order().ToArray();
        return sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
