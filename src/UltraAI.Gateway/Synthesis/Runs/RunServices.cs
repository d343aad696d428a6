using UltraAI.Gateway.Synthesis.Calls;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>What all runs share.</summary>
internal sealed record RunServices(IInnerCalls Calls, ChatVariants Variants, UltraMetrics Metrics, TimeProvider Time, ILogger<UltraRun> Logger);
