using System.Text;
using UltraAI.Gateway.Simulator.Dialects;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Answers that a script gives whole, without the dialect's own content.</summary>
internal static class GivenAnswer
{
    private const int PieceBytes = 64 * 1024;

    public static async Task<bool> TryWriteAsync(SimulatedCall call, ProviderDialect dialect)
    {
        var behaviour = call.Behaviour;
        var status = behaviour.Overload ? dialect.OverloadedStatus : behaviour.Status ?? 200;
        var contentType = behaviour.ContentType ?? "application/json";
        if (behaviour.Handler is { } handler)
        {
            await handler(call.Context);
        }
        else if (behaviour.BodyChunks is { } chunks)
        {
            await call.Answer.StartAsync(contentType);
            foreach (var chunk in chunks)
            {
                await call.Answer.ChunkAsync(chunk);
            }

            await call.Answer.EndAsync();
        }
        else if (behaviour.BodyLength is { } length)
        {
            await WriteRepeatedAsync(call, behaviour.ContentType ?? "application/octet-stream", length);
        }
        else if (behaviour.Body is { } body)
        {
            await call.Answer.BytesAsync(Encoding.UTF8.GetBytes(body), contentType);
        }
        else if (status >= 400)
        {
            await dialect.WriteErrorAsync(call, dialect.ErrorFor(status));
        }
        else if (status is >= 300 or 204 or 205)
        {
            await call.Answer.EmptyAsync();
        }
        else
        {
            return false;
        }

        return true;
    }

    private static async Task WriteRepeatedAsync(SimulatedCall call, string contentType, long length)
    {
        var piece = new byte[PieceBytes];
        for (var i = 0; i < piece.Length; i++)
        {
            piece[i] = (byte)('a' + (i % 26));
        }

        await call.Answer.StartAsync(contentType, length);
        for (var left = length; left > 0; left -= piece.Length)
        {
            await call.Answer.ChunkAsync(piece.AsMemory(0, (int)Math.Min(left, piece.Length)));
        }

        await call.Answer.EndAsync();
    }
}
