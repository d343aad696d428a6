using UltraAI.Gateway.Synthesis.Ordering;

namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>A difference and where it may lie.</summary>
/// <param name="Difference">The mean of the first less the mean of the second.</param>
/// <param name="Low">The lower end of the interval.</param>
/// <param name="High">The upper end.</param>
/// <param name="Chance">How likely one of the two would be ahead on at least as many of the questions on which they differ, if each were a toss of a coin.</param>
internal readonly record struct DifferenceInterval(double Difference, double Low, double High, double Chance)
{
    /// <summary>Whether no difference at all lies outside of the interval, and there are enough questions on which they differ to say so.</summary>
    /// <remarks>The interval alone is too short where these are few: with four of them, all for the same side, it is on that side.</remarks>
    public bool IsClear => (Low > 0 || High < 0) && Chance < 1 - PairedBootstrap.UsualLevel;
}

/// <summary>How much better one system is than another on the same questions, with a percentile bootstrap interval.</summary>
/// <remarks>
/// Questions are drawn with replacement, each with both systems' results: how hard a question is then cancels out.
/// B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993), chapters 6 and 13.
/// </remarks>
internal static class PairedBootstrap
{
    public const int Resamples = 10_000;

    /// <summary>The share of resamples inside of the interval.</summary>
    public const double UsualLevel = 0.95;

    /// <param name="first">The first system's results, by question.</param>
    /// <param name="second">The second's, in the same order.</param>
    /// <param name="random">The generator.</param>
    /// <param name="level">The share of resamples inside of the interval, such as 0.95.</param>
    public static DifferenceInterval Compare(ReadOnlySpan<double> first, ReadOnlySpan<double> second, SplitMix64 random, double level = UsualLevel)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, first.Length);
        ArgumentOutOfRangeException.ThrowIfZero(first.Length);

        var differences = new double[first.Length];
        double sum = 0;
        for (var i = 0; i < differences.Length; i++)
        {
            differences[i] = first[i] - second[i];
            sum += differences[i];
        }

        var means = new double[Resamples];
        for (var sample = 0; sample < Resamples; sample++)
        {
            double total = 0;
            for (var i = 0; i < differences.Length; i++)
            {
                total += differences[random.Next(differences.Length)];
            }

            means[sample] = total / differences.Length;
        }

        Array.Sort(means);
        var tail = (1 - level) / 2;
        return new DifferenceInterval(sum / differences.Length, At(means, tail), At(means, 1 - tail), Chance(differences));
    }

    // The exact sign test, which for right and wrong is McNemar's: Q. McNemar, Psychometrika 12 (1947), 153.
    private static double Chance(ReadOnlySpan<double> differences)
    {
        var (ahead, behind) = (0, 0);
        foreach (var difference in differences)
        {
            ahead += difference > 0 ? 1 : 0;
            behind += difference < 0 ? 1 : 0;
        }

        // The sum of the binomial's terms from all down to those ahead, as logarithms: 2^-n alone is too small for a double.
        var count = ahead + behind;
        var term = -count * Math.Log(2);
        double sum = 0;
        for (var i = count; i >= Math.Max(ahead, behind); i--)
        {
            sum += Math.Exp(term);
            term += Math.Log((double)i / (count - i + 1));
        }

        return Math.Min(1, 2 * sum);
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
