using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>Remembers the last request lines: most clients call the same few endpoints again and again.</summary>
/// <remarks>A target with a query is not kept: it may be another one each time, and hold a key.</remarks>
internal sealed class RequestLines
{
    private const int Slots = 32;
    private const int MaxKept = 256;

    private readonly Known?[] _known = new Known?[Slots];

    /// <param name="provider">The provider that the request is for; another one after each reload.</param>
    /// <param name="method">The request's method; GET for a WebSocket.</param>
    /// <param name="rawTarget">The request target as the client sent it, with the provider's prefix.</param>
    public RequestLine Of(Provider provider, string method, string rawTarget)
    {
        ref var slot = ref _known[(rawTarget.Length + method.Length) % Slots];
        if (Volatile.Read(ref slot) is { } known && ReferenceEquals(known.Line.Provider, provider) && known.RawTarget == rawTarget && known.Line.Method == method)
        {
            return known.Line;
        }

        var line = new RequestLine(provider, method, rawTarget[provider.RoutePrefix.Length..]);
        if (rawTarget.Length <= MaxKept && !rawTarget.Contains('?', StringComparison.Ordinal))
        {
            Volatile.Write(ref slot, new Known(rawTarget, line));
        }

        return line;
    }

    private sealed record Known(string RawTarget, RequestLine Line);
}
