using System.Runtime.CompilerServices;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Transport;

/// <summary>Passes a response's bytes on unchanged; restarts the clock at each piece, and gives the call's place back at the end.</summary>
internal sealed class ProviderStream(Stream inner, ProviderCall call) : Stream
{
    private static readonly GatewayError Broke = new(ErrorCode.UpstreamUnreachable, "The provider broke off in the middle of its response.");

    private static readonly GatewayError Stalled = new(
        ErrorCode.UpstreamTimeout,
        "The provider stopped in the middle of its response for Gateway:Transport:Timeout.")
    {
        MayRetry = false,
    };

    private bool _headWasSent;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // The call's own token covers the clock and the client's abort; another one per read would only cost a registration.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        call.WaitsForResponse = true;
        var read = inner.ReadAsync(buffer, call.Clock.Token);
        return read.IsCompletedSuccessfully
            ? new ValueTask<int>(Took(read.Result, buffer))
            : AwaitAsync(read, buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, call.Clock.Token);
        call.Clock.Restart();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            call.ResponseReleased();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitAsync(ValueTask<int> read, Memory<byte> buffer)
    {
        call.WaitsForPiece();
        if (!_headWasSent && !call.IsWebSocket)
        {
            _headWasSent = true;

            // Meanwhile it is the client who is waited for.
            call.WaitsForResponse = false;
            await SendHeadAsync();
            call.WaitsForResponse = true;
        }

        try
        {
            return Took(await read, buffer);
        }
        catch (Exception exception)
        {
            throw Judge(exception);
        }
    }

    private async Task SendHeadAsync()
    {
        try
        {
            await call.BodyIsLateAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone; its abort ends the read that is pending.
        }
    }

    private int Took(int count, Memory<byte> buffer)
    {
        call.WaitsForResponse = false;
        if (count > 0)
        {
            _headWasSent = true;
            call.Took(buffer.Span[..count]);
        }
        else if (buffer.Length > 0)
        {
            call.ResponseArrived();
        }

        return count;
    }

    private Exception Judge(Exception exception)
    {
        if (call.Clock.HasExpired)
        {
            // A WebSocket that was silent for its idle time: an end like any other.
            if (call.StalledBy != StalledBy.Nobody)
            {
                call.Fail(call.StalledBy == StalledBy.Client ? CallOutcome.ClientTimeout : CallOutcome.Timeout, Stalled, exception);
            }

            return new IOException(Stalled.Message, exception);
        }

        if (call.IsAborted)
        {
            call.Fail(CallOutcome.Cancelled, null);
            return exception;
        }

        call.Fail(CallOutcome.Cut, Broke, exception);
        return new IOException(Broke.Message, exception);
    }
}
