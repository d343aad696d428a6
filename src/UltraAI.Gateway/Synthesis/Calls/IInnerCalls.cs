using UltraAI.Gateway.Admission;

namespace UltraAI.Gateway.Synthesis.Calls;

/// <summary>Makes the calls of runs.</summary>
internal interface IInnerCalls
{
    /// <summary>Makes one attempt. Never throws for what the provider does; a cancellation closes the connection at once and is an outcome like any other.</summary>
    Task<InnerResult> SendAsync(RunAdmission run, InnerCall inner, CancellationToken cancellationToken);
}
