using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>Remembers the last request lines: most clients call the same few endpoints again and again.</summary>
/// <remarks>A target with a query is not kept: it may be another one each time, and hold a secret.</remarks>
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
        if (Volatile.Read(ref SlotOf(method, rawTarget)) is { } known && ReferenceEquals(known.Line.Provider, provider) && known.RawTarget == rawTarget && known.Line.Method == method)
        {
            return known.Line;
        }

        return new RequestLine(provider, method, rawTarget[provider.RoutePrefix.Length..]);
    }

    /// <summary>Remembers the line of a request that may go on. What a stranger sends is not kept, nor a path that holds a virtual key.</summary>
    /// <param name="rawTarget">As for <see cref="Of"/>.</param>
    /// <param name="line">What that returned.</param>
    public void Keep(string rawTarget, RequestLine line)
    {
        ref var slot = ref SlotOf(line.Method, rawTarget);
        if (!ReferenceEquals(Volatile.Read(ref slot)?.Line, line) && rawTarget.Length <= MaxKept && !rawTarget.Contains('?', StringComparison.Ordinal))
        {
            Volatile.Write(ref slot, new Known(rawTarget, line));
        }
    }

    private ref Known? SlotOf(string method, string rawTarget) => ref _known[(rawTarget.Length + method.Length) % Slots];

    private sealed class Known(string rawTarget, RequestLine line)
    {
        public string RawTarget { get; } = rawTarget;

        public RequestLine Line { get; } = line;
    }
}
