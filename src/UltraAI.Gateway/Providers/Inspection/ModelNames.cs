using System.Text;
using System.Text.Unicode;

namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>Makes strings of model names, each of the usual ones once.</summary>
/// <remarks>
/// Holds up to <paramref name="capacity"/> names of up to 128 bytes and never gives one up: clients that invent names fill it, and from then on a
/// new name costs its string. Safe for use by many threads at once, without a lock.
/// </remarks>
internal sealed class ModelNames(int capacity = 1024)
{
    /// <summary>The longest name that is taken, in bytes.</summary>
    public const int MaxBytes = 512;

    private const int MaxCachedBytes = 128;
    private const int MaxProbes = 8;

    public static readonly ModelNames Shared = new();

    private readonly Entry?[] _entries = new Entry?[2 * capacity];
    private int _count;

    public int Count => _count;

    /// <returns>Null if it is empty, too long, or not UTF-8.</returns>
    public string? Get(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > MaxBytes)
        {
            return null;
        }

        if (name.Length > MaxCachedBytes)
        {
            return Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : null;
        }

        var hash = HashOf(name);
        for (var probe = 0; probe < MaxProbes; probe++)
        {
            var index = (int)(((uint)hash + (uint)probe) % (uint)_entries.Length);
            var entry = Volatile.Read(ref _entries[index]);
            if (entry is null)
            {
                return Add(name, hash, index);
            }

            if (entry.Hash == hash && name.SequenceEqual(entry.Name))
            {
                return entry.Text;
            }
        }

        return Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : null;
    }

    /// <inheritdoc cref="Get(ReadOnlySpan{byte})"/>
    public string? Get(ReadOnlySpan<char> name)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        return Utf8.FromUtf16(name, buffer, out _, out var length, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done
            ? Get(buffer[..length])
            : null;
    }

    private string? Add(ReadOnlySpan<byte> name, int hash, int index)
    {
        if (!Utf8.IsValid(name))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(name);
        if (Volatile.Read(ref _count) < capacity
            && Interlocked.CompareExchange(ref _entries[index], new Entry(hash, name.ToArray(), text), null) is null)
        {
            Interlocked.Increment(ref _count);
        }

        return text;
    }

    private static int HashOf(ReadOnlySpan<byte> name)
    {
        var hash = new HashCode(); // seeded per process: nobody can aim at one place
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    private sealed record Entry(int Hash, byte[] Name, string Text);
}
