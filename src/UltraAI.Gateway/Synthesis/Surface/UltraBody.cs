using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Synthesis.Runs;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>Reads a request's body as a whole, within the bounds of <c>Gateway:Inspection</c> and of the inactivity timeout.</summary>
internal sealed class UltraBody(HeldBodies held, IForwardingSettingsSource settings, TransportOptions transport, TimeProvider time)
{
    private static readonly UltraError Stalled = UltraError.Of(new GatewayError(ErrorCode.ClientTimeout, "The client sent no more of its body for Gateway:Transport:Timeout."));

    private static readonly UltraError NoRoom = UltraError.Of(new GatewayError(ErrorCode.QueueFull, "The gateway holds as many bodies as it may (Gateway:Inspection:MaxTotalBytes).")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    });

    /// <summary>Reads the body and hands it to <paramref name="read"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="share">Takes what the body holds, until the request has been answered: its text stays as long.</param>
    /// <param name="read">Reads it; the bytes are gone afterwards.</param>
    public async Task<(T? Value, UltraError? Error)> ReadAsync<T>(HttpContext context, HeldShare share, Func<ReadOnlyMemory<byte>, T> read)
    {
        using var clock = new CancellationTokenSource(transport.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, context.RequestAborted);
        try
        {
            var body = new MemoryStream();
            while (true)
            {
                var part = await context.Request.BodyReader.ReadAsync(linked.Token);
                clock.CancelAfter(transport.Timeout);
                var length = part.Buffer.Length;
                if (body.Length + length > share.Options.MaxBodyBytes)
                {
                    return (default, UltraError.Of(new GatewayError(ErrorCode.BodyTooLarge, $"The body is longer than {share.Options.MaxBodyBytes} bytes (Gateway:Inspection:MaxBodyBytes).")));
                }

                if (!share.TryTake(length))
                {
                    return (default, NoRoom);
                }

                foreach (var piece in part.Buffer)
                {
                    body.Write(piece.Span);
                }

                context.Request.BodyReader.AdvanceTo(part.Buffer.End);
                if (part.IsCompleted)
                {
                    return (read(body.GetBuffer().AsMemory(0, (int)body.Length)), null);
                }
            }
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return (default, Stalled);
        }
    }

    /// <summary>Begins to count what a request holds.</summary>
    public HeldShare Share() => new(held, settings.Forwarding.Inspection);

    /// <summary>Takes room for what a run sends: about as much as its own body, to each member at once.</summary>
    /// <returns>Why there is no run; null if there is room.</returns>
    public static UltraError? TakeForMembers(HeldShare share, int members) => share.TryTakeMore(members) ? null : NoRoom;
}
