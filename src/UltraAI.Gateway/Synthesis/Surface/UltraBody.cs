using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Synthesis.Runs;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>Reads a request's body as a whole, within the bounds of <c>Gateway:Inspection</c> and of the inactivity timeout.</summary>
internal sealed class UltraBody(HeldBodies held, IForwardingSettingsSource settings, TransportOptions transport, TimeProvider time)
{
    private static readonly UltraError Stalled = UltraError.Of(new GatewayError(ErrorCode.ClientTimeout, "The client sent no more of its body for Gateway:Transport:Timeout."));

    /// <summary>Reads the body, hands it to <paramref name="read"/>, and lets go of it.</summary>
    public async Task<(T? Value, UltraError? Error)> ReadAsync<T>(HttpContext context, Func<ReadOnlyMemory<byte>, T> read)
    {
        var options = settings.Forwarding.Inspection;
        var taken = 0L;
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
                if (body.Length + length > options.MaxBodyBytes)
                {
                    return (default, UltraError.Of(new GatewayError(ErrorCode.BodyTooLarge, $"The body is longer than {options.MaxBodyBytes} bytes (Gateway:Inspection:MaxBodyBytes).")));
                }

                if (!held.TryTake(length, options, isForReplay: false))
                {
                    return (default, UltraError.Of(new GatewayError(ErrorCode.QueueFull, "The gateway holds as many bodies as it may (Gateway:Inspection:MaxTotalBytes).") { RetryAfter = TimeSpan.FromSeconds(1) }));
                }

                taken += length;
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
        finally
        {
            held.GiveBack(taken);
        }
    }
}
