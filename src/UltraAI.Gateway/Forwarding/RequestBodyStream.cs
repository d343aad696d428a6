using System.Buffers;
using System.IO.Pipelines;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Hands the client's body on in pieces as large as the forwarder's buffer, and tells the call's clock what it waits for.</summary>
/// <remarks>
/// Kestrel receives at most 4 KB at a time; with inline scheduling each of them would become a send of its own to the
/// provider, at twice the cost. A body that comes slowly is not held back: what is there goes on after <see cref="Patience"/>.
/// </remarks>
internal sealed class RequestBodyStream(PipeReader reader, long? length, ProviderCall call, TimeProvider time) : Stream
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    private long _left = length ?? long.MaxValue;
    private ITimer? _timer;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (call.RequestBody == RequestBodyState.WaitsForProvider)
        {
            // The provider took the last piece.
            call.Clock.Restart();
        }

        call.RequestBody = RequestBodyState.WaitsForClient;
        if (buffer.Length == 0)
        {
            await WaitForDataAsync(cancellationToken);
            return 0;
        }

        var result = await ReadPieceAsync((int)Math.Min(buffer.Length, _left), cancellationToken);
        var available = result.Buffer;
        if (available.Length > buffer.Length)
        {
            available = available.Slice(0, buffer.Length);
        }

        var count = (int)available.Length;
        available.CopyTo(buffer.Span);
        reader.AdvanceTo(available.End);
        _left -= count;
        if (count == 0)
        {
            _timer?.Dispose();
            call.RequestBody = RequestBodyState.Done;
            return 0;
        }

        call.RequestBody = RequestBodyState.WaitsForProvider;
        call.Clock.Restart();
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _timer?.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask WaitForDataAsync(CancellationToken cancellationToken)
    {
        var result = await reader.ReadAsync(cancellationToken);
        reader.AdvanceTo(result.Buffer.Start);
    }

    private async ValueTask<ReadResult> ReadPieceAsync(int wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.Length >= wanted || result.IsCompleted)
            {
                return result;
            }

            if (result.Buffer.Length == 0)
            {
                // A late CancelPendingRead of the piece before.
                reader.AdvanceTo(result.Buffer.Start);
                continue;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            _timer ??= time.CreateTimer(static state => ((PipeReader)state!).CancelPendingRead(), reader, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
            _timer.Change(Patience, System.Threading.Timeout.InfiniteTimeSpan);
            result = await reader.ReadAtLeastAsync(wanted, cancellationToken);
            _timer.Change(System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
            return result;
        }
    }
}
