namespace UltraAI.Gateway.Soak;

/// <summary>What the gateway held in a pause of the load, after a full collection.</summary>
internal sealed record Sample(double Minutes, int Threads, int Handles, int Connections, double HeapMegabytes, double WorkingSetMegabytes, long Requests);
