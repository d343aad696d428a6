using System.Buffers;

namespace UltraAI.Gateway.Metering;

/// <summary>A usage object of which the beginning has passed: kept until the rest comes.</summary>
internal struct UsageCapture
{
    /// <summary>The longest usage object that is read, in bytes. The largest ones seen are below 2 KB.</summary>
    public const int MostBytes = 64 * 1024;

    private const int FirstBytes = 1024;

    private byte[]? _buffer;
    private int _length;

    /// <summary>Keeps some more of it.</summary>
    /// <returns>False when it is too long; nothing is kept then.</returns>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        var length = _length + bytes.Length;
        if (length > MostBytes)
        {
            Drop();
            return false;
        }

        if (_buffer is null || length > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, Math.Max(FirstBytes, _length * 2)));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            Return();
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length = length;
        return true;
    }

    /// <summary>Puts what was kept before the last piece; without anything kept the piece is all of it.</summary>
    public bool TryComplete(ref ReadOnlySpan<byte> last)
    {
        if (_length == 0)
        {
            return true;
        }

        if (!TryAdd(last))
        {
            return false;
        }

        last = _buffer.AsSpan(0, _length);
        return true;
    }

    public void Drop()
    {
        Return();
        _length = 0;
    }

    private void Return()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
