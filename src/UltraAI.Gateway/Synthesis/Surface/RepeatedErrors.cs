using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>Remembers, for a short time, which requests ended in an error after providers had worked for them.</summary>
/// <remarks>
/// Such an error says <c>x-should-retry: false</c>, but not every SDK goes by it: OpenAI's for .NET repeats 5xx whatever the field says. The repetition is the same request of the
/// same key, byte for byte, and comes within seconds; it is given the same error, so that nothing is done and paid for twice.
/// </remarks>
internal sealed class RepeatedErrors(TimeProvider time)
{
    /// <summary>How long an error is repeated, from its first time on.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    /// <summary>How many errors are remembered; of more, the oldest are forgotten.</summary>
    public const int MostErrors = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<RequestDigest, (UltraError Error, long At)> _errors = [];

    // In the order in which they came, which is that in which they end.
    private readonly Queue<(RequestDigest Digest, long At)> _order = [];
    private int _count;

    /// <summary>The error that this very request has just ended with.</summary>
    public bool TryGet(RequestDigest digest, [NotNullWhen(true)] out UltraError? error)
    {
        error = null;
        if (Volatile.Read(ref _count) == 0)
        {
            return false;
        }

        lock (_lock)
        {
            Forget();
            if (!_errors.TryGetValue(digest, out var known))
            {
                return false;
            }

            error = known.Error;
            return true;
        }
    }

    /// <summary>Takes note of an error; one before any work is nothing to remember.</summary>
    public void Add(RequestDigest digest, UltraError error)
    {
        if (!error.IsAfterWork)
        {
            return;
        }

        lock (_lock)
        {
            Forget();
            if (_order.Count == MostErrors)
            {
                _errors.Remove(_order.Dequeue().Digest);
            }

            // Two at once, of the same request: the first one stands.
            var now = time.GetTimestamp();
            if (_errors.TryAdd(digest, (error, now)))
            {
                _order.Enqueue((digest, now));
            }

            Volatile.Write(ref _count, _order.Count);
        }
    }

    private void Forget()
    {
        while (_order.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Life)
        {
            _order.Dequeue();
            _errors.Remove(oldest.Digest);
        }

        Volatile.Write(ref _count, _order.Count);
    }
}

/// <summary>Stands for a request: who sent it, to which surface, and every byte of its body.</summary>
internal readonly record struct RequestDigest
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private RequestDigest(ReadOnlySpan<byte> hash)
    {
        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[(hash.Length / 2)..]);
    }

    /// <param name="key">Whose request it is.</param>
    /// <param name="surface">Where it came in.</param>
    /// <param name="body">Its body.</param>
    public static RequestDigest Of(VirtualKey key, string surface, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        // Names of keys have no line ends, so no two requests run into each other.
        hash.AppendData(Encoding.UTF8.GetBytes($"{surface}\n{key.Name}\n"));
        hash.AppendData(body);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new RequestDigest(digest);
    }
}
