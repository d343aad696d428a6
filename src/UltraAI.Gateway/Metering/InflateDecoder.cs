using System.Buffers;
using System.IO.Compression;

namespace UltraAI.Gateway.Metering;

/// <summary>Undoes <c>gzip</c>, of several members too, and <c>deflate</c>, with zlib's frame or bare as some servers send it.</summary>
/// <remarks>
/// .NET inflates only by pulling from a stream. The stream here gives what there is and then says 0 bytes; asked again, it has more:
/// <see cref="DeflateStream"/> keeps its place at a 0, unless the switch System.IO.Compression.UseStrictValidation is on. Then such a response counts as broken.
/// </remarks>
internal sealed class InflateDecoder(bool isGzip) : ContentDecoder
{
    private readonly Feed _feed = new();
    private Stream? _inflater;

    public override bool Decode(ReadOnlySpan<byte> bytes, UsageObserver observer)
    {
        if (bytes.IsEmpty)
        {
            return true;
        }

        _inflater ??= isGzip ? new GZipStream(_feed, CompressionMode.Decompress)
            : IsZLib(bytes[0]) ? new ZLibStream(_feed, CompressionMode.Decompress)
            : new DeflateStream(_feed, CompressionMode.Decompress);
        var input = ArrayPool<byte>.Shared.Rent(bytes.Length);
        var output = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            bytes.CopyTo(input);
            _feed.Set(input, bytes.Length);
            int length;
            while ((length = _inflater.Read(output)) > 0)
            {
                if (!observer.Decoded(output.AsSpan(0, length)))
                {
                    return false;
                }
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        finally
        {
            _feed.Set([], 0);
            ArrayPool<byte>.Shared.Return(input);
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    public override void Dispose() => _inflater?.Dispose();

    // RFC 1950: method 8, a window of 32 KB or less.
    private static bool IsZLib(byte first) => (first & 0x0F) == 8 && first >> 4 <= 7;

    private sealed class Feed : Stream
    {
        private byte[] _bytes = [];
        private int _at;
        private int _end;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Set(byte[] bytes, int length) => (_bytes, _at, _end) = (bytes, 0, length);

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _end - _at);
            _bytes.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
