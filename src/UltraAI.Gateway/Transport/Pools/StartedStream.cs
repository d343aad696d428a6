namespace UltraAI.Gateway.Transport.Pools;

/// <summary>A response's body whose first part can be looked at before it is read.</summary>
/// <remarks>
/// NOTE: whoever has looked for long enough can't end the read that is pending: that would end the response as well.
/// So it goes on, and what comes of it, bytes or a failure, is had by whoever reads the body.
/// </remarks>
internal sealed class StartedStream : Stream
{
    private readonly Stream _rest;
    private readonly byte[] _start;
    private readonly CancellationTokenSource _end;
    private Task<int>? _pending;
    private int _length;
    private int _taken;
    private bool _isDisposed;

    /// <param name="rest">The body.</param>
    /// <param name="limit">How much of it can be looked at.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public StartedStream(Stream rest, int limit, CancellationToken cancellationToken)
    {
        _rest = rest;
        _start = new byte[limit];
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Looks at the first part, before anything is read.</summary>
    /// <param name="patience">Ends the looking, not the response.</param>
    /// <returns>The body, or as much of it as the limit and the patience allow.</returns>
    public async Task<ReadOnlyMemory<byte>> LookAsync(CancellationToken patience)
    {
        while (_length < _start.Length)
        {
            _pending = _rest.ReadAsync(_start.AsMemory(_length), _end.Token).AsTask();
            await ((Task)_pending.WaitAsync(patience)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (!_pending.IsCompleted)
            {
                break;
            }

            var count = await _pending;
            _pending = null;
            _length += count;
            if (count == 0)
            {
                break;
            }
        }

        return _start.AsMemory(0, _length);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_taken < _length)
        {
            return ValueTask.FromResult(Take(buffer.Span));
        }

        return _pending is null ? _rest.ReadAsync(buffer, cancellationToken) : ReadPendingAsync(_pending, buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;

            // A read that nobody waits for any more must not go on beside the handler's own, which drains the connection.
            if (_pending is { IsCompleted: false })
            {
                _end.Cancel();
            }

            _end.Dispose();
            _rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadPendingAsync(Task<int> pending, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _length += await pending.WaitAsync(cancellationToken);
        _pending = null;
        return Take(buffer.Span);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(_length - _taken, buffer.Length);
        _start.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }
}
