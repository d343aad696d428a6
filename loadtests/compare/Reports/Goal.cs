using UltraAI.Gateway.Compare.Scenarios;

namespace UltraAI.Gateway.Compare.Reports;

/// <summary>A figure that the gateway is held to.</summary>
/// <param name="What">In words.</param>
/// <param name="Scenario">Which measurements it is made of.</param>
/// <param name="Must">The most that it may be.</param>
/// <param name="Aim">What is aimed for.</param>
/// <param name="Targets">Which targets it is made of.</param>
/// <param name="Of">The figure of one round, out of the round's samples by target.</param>
/// <param name="IsRatio">Whether it is a ratio of two measurements of one round; its lower quartile then decides, else the median.</param>
internal sealed record Goal(string What, string Scenario, double Must, double Aim, string[] Targets, Func<IReadOnlyDictionary<string, Sample>, double> Of, bool IsRatio)
{
    /// <summary>The verdict on a figure that no round gave.</summary>
    public const string Void = "void";

    /// <summary>The verdict on a figure that is beyond the must.</summary>
    public const string Missed = "MISSED";

    /// <summary>The figure over all rounds.</summary>
    /// <param name="samples">The scenario's samples: target, rounds.</param>
    public Quartiles Over(IReadOnlyDictionary<string, List<Sample>> samples)
    {
        var rounds = samples.Values.Max(list => list.Count);
        return Quartiles.Of(Enumerable.Range(0, rounds).Select(round => OfRound(samples, round)));
    }

    /// <summary>Whether all the targets that it is made of were measured, with or without errors.</summary>
    public bool IsMeasured(IReadOnlyDictionary<string, List<Sample>> samples) => Targets.All(samples.ContainsKey);

    /// <summary>Whether a figure is within the aim, within the must, or neither.</summary>
    public string Verdict(Quartiles figure)
    {
        var decides = IsRatio ? figure.Lower : figure.Median;
        return double.IsNaN(decides) ? Void : decides <= Aim ? "goal" : decides <= Must ? "must" : Missed;
    }

    private double OfRound(IReadOnlyDictionary<string, List<Sample>> samples, int round)
    {
        var ofRound = samples.Where(pair => round < pair.Value.Count).ToDictionary(pair => pair.Key, pair => pair.Value[round]);
        try
        {
            return Of(ofRound);
        }
        catch (KeyNotFoundException)
        {
            return double.NaN; // a target that it needs was not measured, or not as often
        }
    }
}
