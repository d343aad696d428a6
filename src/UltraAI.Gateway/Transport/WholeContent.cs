using System.Buffers;
using System.Net;

namespace UltraAI.Gateway.Transport;

/// <summary>A request's body that was there as a whole when the call began: sent together with the head, and again on another attempt.</summary>
/// <remarks>
/// It takes the place of the forwarder's own content, which sends the head first and copies the body through a 64 KB buffer.
/// It is a <see cref="ByteArrayContent"/> for what the handler does with one over HTTP/2: it sends it before it waits for the answer, as over
/// HTTP/1.1. With a content of one's own it waits for both at once, and gives that a token that does not end with the call.
/// </remarks>
internal sealed class WholeContent : ByteArrayContent
{
    private const int PieceBytes = 64 * 1024;

    private readonly ReadOnlySequence<byte> _body;
    private readonly ProviderCall _call;

    public WholeContent(ReadOnlySequence<byte> body, HttpContent? fields, ProviderCall call)
        : base([])
    {
        _body = body;
        _call = call;
        if (fields is not null)
        {
            CopyFields(fields, this);
        }
    }

    public static void CopyFields(HttpContent from, HttpContent to)
    {
        foreach (var field in from.Headers.NonValidated)
        {
            if (field.Value.Count == 1)
            {
                to.Headers.TryAddWithoutValidation(field.Key, field.Value.ToString());
            }
            else
            {
                to.Headers.TryAddWithoutValidation(field.Key, field.Value);
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A repetition is no progress: it has what the first attempt left of the clock.
        var isFirst = !_call.WasSent;
        _call.BodyBegins();
        try
        {
            if (_body.IsSingleSegment)
            {
                await stream.WriteAsync(_body.First, cancellationToken);
            }
            else
            {
                await WriteInPiecesAsync(stream, isFirst, cancellationToken);
            }

            if (isFirst)
            {
                _call.Clock.Restart();
            }
        }
        finally
        {
            _call.BodyWasWritten();
        }
    }

    // It lies in Kestrel's blocks, and each write of one would be a send of its own.
    private async Task WriteInPiecesAsync(Stream stream, bool isFirst, CancellationToken token)
    {
        var piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(PieceBytes, _body.Length));
        try
        {
            var rest = _body;
            while (rest.Length > 0)
            {
                var taken = rest.Slice(0, Math.Min(rest.Length, piece.Length));
                taken.CopyTo(piece);
                await stream.WriteAsync(piece.AsMemory(0, (int)taken.Length), token);
                if (isFirst)
                {
                    _call.Clock.Restart();
                }

                rest = rest.Slice(taken.End);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
