using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace UltraAI.Gateway.Metering;

/// <summary>A string of JSON that comes in several pieces, kept as far as it may be a name that is looked for.</summary>
internal struct NamePieces
{
    private int _length;
    private Bytes _bytes;

    public void Clear() => _length = 0;

    public void Add(ReadOnlySpan<byte> piece)
    {
        if (_length + piece.Length <= Bytes.Length)
        {
            piece.CopyTo(_bytes[_length..]);
        }

        _length = Math.Min(_length + piece.Length, Bytes.Length + 1);
    }

    /// <summary>The string; empty if it is longer than any name that is looked for. Without an earlier piece the last one is all of it.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> last)
    {
        if (_length == 0)
        {
            return last;
        }

        Add(last);
        return _length <= Bytes.Length ? _bytes[.._length] : [];
    }

    [InlineArray(Length)]
    private struct Bytes
    {
        // The longest one is reasoning_content, of 17 bytes.
        public const int Length = 32;

        private byte _first;
    }
}
