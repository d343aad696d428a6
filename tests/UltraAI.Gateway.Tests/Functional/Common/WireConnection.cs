using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>
/// One TCP connection seen as bytes. A pump reads ahead (up to a bound, so that a test which stops reading does exert
/// back pressure) and thereby notices at once when the peer closes.
/// </summary>
internal sealed class WireConnection : IAsyncDisposable
{
    private const int ReadAhead = 256 * 1024;

    private readonly Socket _socket;
    private volatile Exception? _failure;
    private long _leftAtReset = -1;
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: ReadAhead, resumeWriterThreshold: ReadAhead / 2, useSynchronizationContext: false));
    private readonly TaskCompletionSource _peerClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _pump;

    public WireConnection(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _pump = PumpAsync();
    }

    /// <summary>Completes when the peer has closed or reset the connection, or when this side did.</summary>
    public Task PeerClosed => _peerClosed.Task;

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = Deadlines.StepCancellation();
        while (!bytes.IsEmpty)
        {
            var sent = await _socket.SendAsync(bytes, SocketFlags.None, limit.Token);
            bytes = bytes[sent..];
        }
    }

    /// <summary>At least one and at most <paramref name="max"/> bytes; none when the peer has closed.</summary>
    public async Task<byte[]> ReadSomeAsync(long max)
    {
        var result = await ReadAsync();
        if (result.Buffer.IsEmpty)
        {
            return [];
        }

        var piece = result.Buffer.Slice(0, Math.Min(max, result.Buffer.Length));
        var bytes = piece.ToArray();
        _received.Reader.AdvanceTo(piece.End);
        return bytes;
    }

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new List<byte>(count);
        while (bytes.Count < count)
        {
            var piece = await ReadSomeAsync(count - bytes.Count);
            if (piece.Length == 0)
            {
                throw new BrokenTransferException($"closed after {bytes.Count} of {count} bytes");
            }

            bytes.AddRange(piece);
        }

        return [.. bytes];
    }

    /// <summary>Everything up to and with the delimiter; null when the peer has closed before the first byte of it.</summary>
    public async Task<byte[]?> ReadThroughAsync(string delimiter)
    {
        var end = Encoding.ASCII.GetBytes(delimiter);
        while (true)
        {
            var result = await ReadAsync();
            var reader = new SequenceReader<byte>(result.Buffer);
            if (reader.TryReadTo(out ReadOnlySequence<byte> line, end))
            {
                var bytes = line.ToArray();
                _received.Reader.AdvanceTo(reader.Position);
                return [.. bytes, .. end];
            }

            if (result.IsCompleted)
            {
                return result.Buffer.IsEmpty ? null : throw new BrokenTransferException($"closed within: {Encoding.Latin1.GetString(result.Buffer.ToArray())}");
            }

            _received.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Says that no more will be sent (FIN), and still reads.</summary>
    public void FinishWriting() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes in order: FIN in both directions.</summary>
    public void Close()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        _socket.Dispose();
    }

    /// <summary>Closes with a reset (RST).</summary>
    public void Abort()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        // The reader is not completed: a provider's handler may be in the middle of it, and then hears of the end from the pump.
        _socket.Dispose();
        _received.Writer.CancelPendingFlush();
        await _pump;
    }

    private async Task<ReadResult> ReadAsync()
    {
        using var limit = Deadlines.StepCancellation();
        try
        {
            var result = await _received.Reader.ReadAsync(limit.Token);
            if (result.IsCanceled)
            {
                throw new BrokenTransferException("disposed of");
            }

            if (!result.IsCompleted || _failure is not { } failure)
            {
                return result;
            }

            // What came before the reset counts (a pipe that ends with an exception would drop it); once the reader gets
            // no further with it, the transfer is broken.
            if (result.Buffer.IsEmpty || result.Buffer.Length == _leftAtReset)
            {
                throw failure;
            }

            _leftAtReset = result.Buffer.Length;
            return new ReadResult(result.Buffer, isCanceled: false, isCompleted: false);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Nothing to read within {Deadlines.Step.TotalSeconds} s.");
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new BrokenTransferException("reset", e);
        }
    }

    private async Task PumpAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var memory = _received.Writer.GetMemory(16 * 1024);
                var count = await _socket.ReceiveAsync(memory, SocketFlags.None);
                if (count == 0)
                {
                    break;
                }

                _received.Writer.Advance(count);
                if ((await _received.Writer.FlushAsync()).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            _failure = e;
        }

        _peerClosed.TrySetResult();
        await _received.Writer.CompleteAsync();
    }
}
