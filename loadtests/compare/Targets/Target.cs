using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Processes;

namespace UltraAI.Gateway.Compare.Targets;

/// <summary>A running target.</summary>
/// <param name="Name">As in the tables.</param>
/// <param name="Load">Where its load goes.</param>
/// <param name="Process">Its process; null for the upstream itself.</param>
internal sealed record Target(string Name, LoadTarget Load, StartedProcess? Process) : IAsyncDisposable
{
    /// <summary>The processes whose CPU time and memory are its.</summary>
    public int[] Pids() => Process is null ? [] : ProcessTree.Of(Process.Id);

    public ValueTask DisposeAsync() => Process?.DisposeAsync() ?? default;
}
