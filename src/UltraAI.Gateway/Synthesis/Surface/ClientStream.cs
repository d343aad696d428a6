using Microsoft.AspNetCore.Connections;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>What is written to a client of /ultra: one that takes nothing for a while is cut off.</summary>
/// <remarks>
/// A call of passthrough has its clock for that. A run ends without its client, and what is written then would wait for as long as the
/// connection stays open. One that reads slowly is not cut off: each piece has the whole time.
/// </remarks>
/// <param name="context">The request.</param>
/// <param name="inner">The response's body.</param>
/// <param name="patience">How long nothing may be taken.</param>
/// <param name="time">The clock.</param>
internal sealed class ClientStream(HttpContext context, Stream inner, TimeSpan patience, TimeProvider time) : Stream
{
    private const int PieceBytes = 16 * 1024;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > PieceBytes)
        {
            await WaitAsync(inner.WriteAsync(buffer[..PieceBytes], cancellationToken));
            buffer = buffer[PieceBytes..];
        }

        await WaitAsync(inner.WriteAsync(buffer, cancellationToken));
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => WaitAsync(new ValueTask(inner.FlushAsync(cancellationToken))).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // A client that keeps up has taken it already: then there is no timer.
    private ValueTask WaitAsync(ValueTask writing) => writing.IsCompletedSuccessfully ? writing : LimitAsync(writing.AsTask());

    /// <exception cref="ConnectionAbortedException">The client has taken nothing in time.</exception>
    private async ValueTask LimitAsync(Task writing)
    {
        try
        {
            await writing.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            // Not by a timer of its own: that could fire a moment late, and break the next request of the connection.
            context.Abort();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new ConnectionAbortedException("The client has stopped reading (Gateway:Transport:Timeout).");
        }
    }
}
