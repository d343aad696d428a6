namespace UltraAI.Gateway.Compare.Reports;

/// <summary>Median and quartiles of what the rounds gave; rounds without a value are left out.</summary>
internal readonly record struct Quartiles(double Lower, double Median, double Upper, int Count)
{
    public static Quartiles Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        return new Quartiles(At(sorted, 0.25), At(sorted, 0.5), At(sorted, 0.75), sorted.Length);
    }

    // Between two values in proportion.
    private static double At(double[] sorted, double share)
    {
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
