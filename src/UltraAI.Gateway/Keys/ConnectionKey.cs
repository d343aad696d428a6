using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace UltraAI.Gateway.Keys;

/// <summary>What the last key of a client's connection was found to be: SHA-256 of the same text for every request costs more than all other checks.</summary>
/// <remarks>
/// A connection has many requests at once over HTTP/2, and behind a proxy those of many clients: each is held against the whole key. The text
/// lives no longer than the connection, whose buffers have it too.
/// </remarks>
internal sealed class ConnectionKey
{
    // Characters.
    private const int MostNarrowed = 128;

    private Known? _last;

    /// <summary>What a client presents, as text: the one that is known already, if it is the same.</summary>
    public string TextOf(ReadOnlySpan<char> presented) =>
        Volatile.Read(ref _last) is { } last && IsSame(last.Text, presented) ? last.Text : presented.ToString();

    /// <summary>As <see cref="VirtualKeyTable.Find"/>, for the table that is in force now.</summary>
    public VirtualKey? Find(VirtualKeyTable table, string presented)
    {
        if (Volatile.Read(ref _last) is { } last && ReferenceEquals(last.Table, table) && IsSame(last.Text, presented))
        {
            return last.Key;
        }

        var key = table.Find(presented);
        if (key is not null)
        {
            Volatile.Write(ref _last, new Known(presented, table, key));
        }

        return key;
    }

    // A text that TextOf returned has been held against the known one already.
    private static bool IsSame(string known, string presented) => ReferenceEquals(known, presented) || IsSame(known, presented.AsSpan());

    // In the same time wherever they differ: what is held against each other may be two clients' keys. That takes its time for every
    // byte, so a character of ASCII, as all of a key's usually are, is made one.
    private static bool IsSame(string known, ReadOnlySpan<char> presented)
    {
        if (known.Length == presented.Length && known.Length <= MostNarrowed)
        {
            Span<byte> bytes = stackalloc byte[2 * MostNarrowed];
            var ours = bytes[..known.Length];
            var theirs = bytes.Slice(MostNarrowed, known.Length);
            if (Ascii.FromUtf16(known, ours, out _) == OperationStatus.Done && Ascii.FromUtf16(presented, theirs, out _) == OperationStatus.Done)
            {
                return CryptographicOperations.FixedTimeEquals(ours, theirs);
            }
        }

        return CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(known.AsSpan()), MemoryMarshal.AsBytes(presented));
    }

    // No record: one of those tells its text.
    private sealed class Known(string text, VirtualKeyTable table, VirtualKey key)
    {
        public string Text { get; } = text;

        public VirtualKeyTable Table { get; } = table;

        public VirtualKey Key { get; } = key;
    }
}
