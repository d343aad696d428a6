namespace UltraAI.Gateway.Metering;

/// <summary>Undoes a content coding for an observer, in pieces as they come.</summary>
internal abstract class ContentDecoder : IDisposable
{
    /// <summary>Bytes that are decoded at a time.</summary>
    protected const int PieceBytes = 16 * 1024;

    /// <summary>Decodes what can be decoded by now, and shows it to the observer.</summary>
    /// <returns>False when it is not that coding, or the observer has had enough: nothing more is to be decoded.</returns>
    public abstract bool Decode(ReadOnlySpan<byte> bytes, UsageObserver observer);

    public abstract void Dispose();

    /// <summary>Makes the decoder of a <c>Content-Encoding</c>.</summary>
    /// <param name="contentEncoding">The field's value.</param>
    /// <param name="decoder">The decoder; null if there is no coding.</param>
    /// <returns>False for a coding that can't be decoded, or several.</returns>
    public static bool TryCreate(string? contentEncoding, out ContentDecoder? decoder)
    {
        decoder = null;
        var coding = contentEncoding.AsSpan().Trim();
        if (coding.IsEmpty || Is(coding, "identity"))
        {
            return true;
        }

        decoder = Is(coding, "gzip") || Is(coding, "x-gzip") ? new InflateDecoder(isGzip: true)
            : Is(coding, "deflate") ? new InflateDecoder(isGzip: false)
            : Is(coding, "br") ? new BrotliContentDecoder()
            : null;
        return decoder is not null;
    }

    private static bool Is(ReadOnlySpan<char> coding, string name) => coding.Equals(name, StringComparison.OrdinalIgnoreCase);
}
