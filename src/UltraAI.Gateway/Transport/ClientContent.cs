using System.Buffers;
using System.IO.Pipelines;
using System.Net;

namespace UltraAI.Gateway.Transport;

/// <summary>A request's body as the client sends it: in large pieces where it comes fast, each at once where it comes slowly.</summary>
/// <remarks>
/// It takes the place of the forwarder's own content, which leaves small pieces in the connection's buffer until that is full.
/// Kestrel receives at most a block at a time; with inline scheduling each of them would be a send of its own to the provider,
/// at twice the cost. So a piece waits for more, but not longer than <see cref="Patience"/>: then a timer sends what there is.
/// NOTE: it may seem simpler to end the wait with CancelPendingRead. HOWEVER the timer could fire after the request ended, when
/// Kestrel's reader throws, or already serves the next request.
/// </remarks>
internal sealed class ClientContent : HttpContent
{
    private const int PieceBytes = 64 * 1024;

    // Who may touch the piece and the stream.
    private const int LoopOwns = 0;
    private const int LoopWaits = 1;
    private const int TimerOwns = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    private readonly PipeReader _reader;
    private readonly ProviderCall _call;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _sentByTimer = new(0);
    private Stream _stream = Stream.Null;
    private byte[]? _piece;
    private int _length;
    private int _owner;
    private Exception? _timerFailure;
    private CancellationTokenSource? _writing;
    private CancellationToken _cancelled;
    private volatile bool _isArmed;
    private int _isStarted;

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
        if (Interlocked.Exchange(ref _isStarted, 1) == 1)
        {
            // The handler repeats some requests by itself. What the client has sent is gone.
            throw new InvalidOperationException("The client's body can be sent only once.");
        }

        _call.BodyBegins();
        _stream = stream;
        _writing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _call.Clock.Token);
        _cancelled = _writing.Token;
        var timer = CreateTimer();
        try
        {
            await CopyAsync(timer);
        }
        finally
        {
            // A callback that has begun either owns nothing, or has been waited for.
            await timer.DisposeAsync();
            _writing.Dispose();
            if (_piece is not null)
            {
                ArrayPool<byte>.Shared.Return(_piece);
            }

            _call.BodyWasWritten();
        }
    }

    // Content-Length came along with the client's fields; where it did not, the body is chunked.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    // One method, and not one per step: it waits for every block, and each further method would make an object each time.
    private async Task CopyAsync(ITimer timer)
    {
        while (true)
        {
            if (!TryRead(out var read))
            {
                // What the client sent before goes out, the head included: at once if that is all, else when patience ends.
                _call.RequestBody = RequestBodyState.WaitsForClient;
                if (_length == 0)
                {
                    await _stream.FlushAsync(_cancelled);
                }
                else
                {
                    LetTimerSend(timer);
                }

                try
                {
                    read = await _reader.ReadAsync(_cancelled);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    await TakeBackAsync();
                    throw ClientFailed(exception);
                }
                catch (OperationCanceledException)
                {
                    await TakeBackAsync();
                    throw;
                }

                await TakeBackAsync();
            }

            var buffer = read.Buffer;
            while (buffer.Length > 0)
            {
                _piece ??= ArrayPool<byte>.Shared.Rent(PieceBytes);
                var taken = buffer.Slice(0, Math.Min(buffer.Length, PieceBytes - _length));
                taken.CopyTo(_piece.AsSpan(_length));
                _length += (int)taken.Length;
                buffer = buffer.Slice(taken.End);
                if (_length == PieceBytes)
                {
                    await SendAsync(flush: false);
                }
            }

            _reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                await SendAsync(flush: false);
                return;
            }
        }
    }

    private void LetTimerSend(ITimer timer)
    {
        Interlocked.Exchange(ref _owner, LoopWaits); // before the flag is read
        if (!_isArmed)
        {
            // Not for every block: a timer that is still running ends this wait as well, only sooner.
            _isArmed = true;
            timer.Change(Patience, Timeout.InfiniteTimeSpan);
        }
    }

    private Task TakeBackAsync() =>
        Interlocked.CompareExchange(ref _owner, LoopOwns, LoopWaits) == TimerOwns ? WaitForTimerAsync() : Task.CompletedTask;

    private async Task WaitForTimerAsync()
    {
        await _sentByTimer.WaitAsync(CancellationToken.None);
        Volatile.Write(ref _owner, LoopOwns);
        if (_timerFailure is { } failure)
        {
            throw new IOException("The provider did not take the body.", failure);
        }
    }

    private bool TryRead(out ReadResult read)
    {
        try
        {
            return _reader.TryRead(out read);
        }
        catch (Exception exception)
        {
            throw ClientFailed(exception);
        }
    }

    private IOException ClientFailed(Exception exception)
    {
        _call.ClientFailed(exception);
        return new IOException("The client's body could not be read.", exception);
    }

    private async ValueTask SendAsync(bool flush)
    {
        if (_length > 0)
        {
            _call.RequestBody = RequestBodyState.WaitsForProvider;
            _call.Clock.Restart();
            await _stream.WriteAsync(_piece.AsMemory(0, _length), _cancelled);
            _length = 0;
            _call.Clock.Restart();
        }

        if (flush)
        {
            await _stream.FlushAsync(_cancelled);
        }
    }

    private ITimer CreateTimer() => _time.CreateTimer(
        static state => _ = ((ClientContent)state!).SendByTimerAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private async Task SendByTimerAsync()
    {
        _isArmed = false;
        if (Interlocked.CompareExchange(ref _owner, TimerOwns, LoopWaits) != LoopWaits)
        {
            return;
        }

        try
        {
            await SendAsync(flush: true);
            _call.RequestBody = RequestBodyState.WaitsForClient;
        }
        catch (Exception exception)
        {
            // The loop waits for the client, and may do so for long: it has to hear that the provider takes no more.
            _timerFailure = exception;
            await _writing!.CancelAsync();
        }
        finally
        {
            _sentByTimer.Release();
        }
    }
}
