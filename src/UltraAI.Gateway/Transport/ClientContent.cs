using System.Buffers;
using System.IO.Pipelines;
using System.Net;

namespace UltraAI.Gateway.Transport;

/// <summary>A request's body as the client sends it: in large pieces where it comes fast, each at once where it comes slowly.</summary>
/// <remarks>
/// It takes the place of the forwarder's own content, which leaves small pieces in the connection's buffer until that is full.
/// Kestrel receives at most 4 KB at a time; with inline scheduling each of them would be a send of its own to the provider,
/// at twice the cost. So a piece waits for more, but not longer than <see cref="Patience"/>.
/// </remarks>
internal sealed class ClientContent : HttpContent
{
    private const int PieceBytes = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    private readonly PipeReader _reader;
    private readonly ProviderCall _call;
    private readonly TimeProvider _time;

    public ClientContent(PipeReader reader, HttpContent? fields, ProviderCall call, TimeProvider time)
    {
        _reader = reader;
        _call = call;
        _time = time;
        if (fields is not null)
        {
            WholeContent.CopyFields(fields, this);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Over HTTP/1.1 it is the call's own token; over HTTP/2 the connection has one of its own.
        using var linked = cancellationToken == _call.Clock.Token
            ? null
            : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _call.Clock.Token);
        try
        {
            await CopyAsync(stream, linked?.Token ?? cancellationToken);
        }
        finally
        {
            _call.BodyWasWritten();
        }
    }

    // Content-Length came along with the client's fields; where it did not, the body is chunked.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task CopyAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[]? piece = null;
        ITimer? timer = null;
        try
        {
            while (true)
            {
                _call.RequestBody = RequestBodyState.WaitsForClient;
                if (!_reader.TryRead(out var read))
                {
                    // Nothing more is here: what was written goes out, the head included.
                    await stream.FlushAsync(cancellationToken);
                    read = await ReadAsync(_reader, _call, cancellationToken);
                }

                if (read.Buffer.Length is > 0 and < PieceBytes && !read.IsCompleted)
                {
                    _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    timer ??= _time.CreateTimer(static state => ((PipeReader)state!).CancelPendingRead(), _reader, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    timer.Change(Patience, Timeout.InfiniteTimeSpan);
                    read = await ReadAtLeastAsync(_reader, _call, cancellationToken);
                    timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }

                var buffer = read.Buffer.Length > PieceBytes ? read.Buffer.Slice(0, PieceBytes) : read.Buffer;
                if (buffer.Length > 0)
                {
                    _call.RequestBody = RequestBodyState.WaitsForProvider;
                    _call.Clock.Restart();
                    if (buffer.IsSingleSegment)
                    {
                        await stream.WriteAsync(buffer.First, cancellationToken);
                    }
                    else
                    {
                        piece ??= ArrayPool<byte>.Shared.Rent(PieceBytes);
                        buffer.CopyTo(piece);
                        await stream.WriteAsync(piece.AsMemory(0, (int)buffer.Length), cancellationToken);
                    }

                    _call.Clock.Restart();
                }

                var isEnd = read.IsCompleted && buffer.Length == read.Buffer.Length;
                _reader.AdvanceTo(buffer.End);
                if (isEnd)
                {
                    return;
                }
            }
        }
        finally
        {
            if (timer is not null)
            {
                await timer.DisposeAsync();
            }

            if (piece is not null)
            {
                ArrayPool<byte>.Shared.Return(piece);
            }
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader reader, ProviderCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Failed(call, exception);
        }
    }

    private static async ValueTask<ReadResult> ReadAtLeastAsync(PipeReader reader, ProviderCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAtLeastAsync(PieceBytes, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Failed(call, exception);
        }
    }

    private static IOException Failed(ProviderCall call, Exception exception)
    {
        call.ClientFault = exception;
        return new IOException("The client's body could not be read.", exception);
    }
}
