using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare.Scenarios;

/// <summary>One kind of load.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Title">As in the report.</param>
/// <param name="Unit">What CPU time is divided by.</param>
/// <param name="Targets">Which targets it is for.</param>
/// <param name="RunAsync">One measurement of a running target.</param>
internal sealed record Scenario(string Name, string Title, string Unit, string[] Targets, Func<Rig, CompareOptions, Target?, Task<Sample>> RunAsync)
{
    /// <summary>Gets one measurement in a process of its own, by the target's name; null for scenarios that measure what runs.</summary>
    public Func<Rig, CompareOptions, string, Task<Sample>>? RunFreshAsync { get; init; }

    /// <summary>Gets how many rounds are enough where a measurement is long and steady.</summary>
    public int MostRounds { get; init; } = int.MaxValue;
}
