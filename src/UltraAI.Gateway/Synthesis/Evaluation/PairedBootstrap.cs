using UltraAI.Gateway.Synthesis.Ordering;

namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>A difference and where it may lie.</summary>
/// <param name="Difference">The mean of the first less the mean of the second.</param>
/// <param name="Low">The lower end of the interval.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct DifferenceInterval(double Difference, double Low, double High)
{
    /// <summary>Whether no difference at all lies outside of the interval.</summary>
    public bool IsClear => Low > 0 || High < 0;
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
        return new DifferenceInterval(sum / differences.Length, At(means, tail), At(means, 1 - tail));
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
