using UltraAI.Gateway.Synthesis.Events;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>Hands a run's events on one by one, and says when none came for a while.</summary>
internal sealed class EventPump(RunEvents events, TimeProvider time, CancellationToken cancellationToken)
{
    private Task<bool>? _waiting;

    /// <summary>Waits for the next event, but not for long.</summary>
    /// <returns>The event; null if there was none in time.</returns>
    public async ValueTask<NumberedEvent?> NextAsync(TimeSpan patience)
    {
        if (events.TryRead(out var ready))
        {
            return ready;
        }

        _waiting ??= events.WaitAsync(cancellationToken).AsTask();
        try
        {
            await _waiting.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time, cancellationToken);
            _waiting = null;
        }
        catch (TimeoutException)
        {
            return null;
        }

        return events.TryRead(out var item) ? item : null;
    }

    /// <summary>An event that is there already.</summary>
    public bool TryNext(out NumberedEvent item) => events.TryRead(out item);
}
