using UltraAI.Gateway.Simulator;

namespace UltraAI.Gateway.Soak;

/// <summary>What the simulated providers do when a request's text says so.</summary>
internal static class Behaviours
{
    public const string Slow = "stream-slowly";
    public const string Cut = "cut-in-the-middle";
    public const string Reset = "cut-before-the-head";
    public const string Hang = "say-nothing";
    public const string Fail = "answer-500";
    public const string Large = "answer-at-length";

    public static void Script(ProviderSimulator simulator)
    {
        foreach (var provider in simulator.All)
        {
            On(Slow, new SimulatedBehaviour { Chunks = 20, ChunkDelay = TimeSpan.FromMilliseconds(20) });
            On(Cut, SimulatedBehaviour.Cut(2));
            On(Reset, new SimulatedBehaviour { CutBeforeHeaders = true });
            On(Hang, SimulatedBehaviour.Hang);
            On(Fail, SimulatedBehaviour.ServerError);
            On(Large, new SimulatedBehaviour { BodyLength = 4_000_000 });

            void On(string word, SimulatedBehaviour behaviour) => provider.Script(request => request.Text.Contains(word, StringComparison.Ordinal), behaviour);
        }
    }
}
