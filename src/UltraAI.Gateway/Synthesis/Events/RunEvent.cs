using System.Text.Json;

namespace UltraAI.Gateway.Synthesis.Events;

/// <summary>Something that happened in a run: one frame of the native stream.</summary>
internal abstract record RunEvent
{
    /// <summary>The frame's <c>event</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether nothing follows.</summary>
    public virtual bool IsTerminal => false;

    /// <summary>Writes the properties of its data beside <c>run_id</c>, <c>seq</c> and <c>t_ms</c>.</summary>
    public abstract void Write(Utf8JsonWriter json);
}

/// <summary>An event, and where it stands.</summary>
/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="At">Since the run's start.</param>
/// <param name="Event">The event.</param>
internal readonly record struct NumberedEvent(long Sequence, TimeSpan At, RunEvent Event);
