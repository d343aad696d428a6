namespace UltraAI.Gateway.Soak;

/// <summary>What the gateway held in a pause of the load, after a full collection.</summary>
/// <param name="Minutes">Since the warm-up.</param>
/// <param name="Threads">Of the process.</param>
/// <param name="Handles">Of the process.</param>
/// <param name="Connections">To clients and to providers.</param>
/// <param name="HeapMegabytes">What lives.</param>
/// <param name="WorkingSetMegabytes">Of the process.</param>
/// <param name="Requests">So far.</param>
/// <param name="Calls">Those that still ran or waited, though all clients had stopped and time had been left for them to end.</param>
internal sealed record Sample(double Minutes, int Threads, int Handles, int Connections, double HeapMegabytes, double WorkingSetMegabytes, long Requests, int Calls);

/// <summary>Reloads of the configuration.</summary>
/// <param name="Applied">Those that came into force.</param>
/// <param name="Rejected">Those that were refused.</param>
internal readonly record struct Reloads(int Applied, int Rejected);
