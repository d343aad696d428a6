using System.Globalization;

namespace UltraAI.Gateway.Simulator;

public sealed partial record SimulatedBehaviour
{
    /// <summary>Gets an answer with status 500.</summary>
    public static SimulatedBehaviour ServerError { get; } = new() { Status = 500 };

    /// <summary>Gets an answer of an overloaded provider: 529 from Anthropic; used for others it is 503.</summary>
    public static SimulatedBehaviour Overloaded { get; } = new() { Overload = true };

    /// <summary>Gets a provider that never answers.</summary>
    public static SimulatedBehaviour Hang { get; } = new() { HangBeforeHeaders = true };

    internal bool Overload { get; init; }

    /// <summary>An answer with status 429.</summary>
    /// <param name="retryAfter">The value of <c>Retry-After</c> in whole seconds, rounded up; none when left out.</param>
    public static SimulatedBehaviour RateLimited(TimeSpan? retryAfter = null) => new()
    {
        Status = 429,
        Headers = retryAfter is { } time
            ? [new("retry-after", ((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture))]
            : [],
    };

    /// <summary>An answer that stops for good after some chunks, with the connection left open.</summary>
    public static SimulatedBehaviour Stall(int afterChunks) => new() { HangAfterChunks = afterChunks };

    /// <summary>An answer whose connection is aborted after some chunks.</summary>
    public static SimulatedBehaviour Cut(int afterChunks) => new() { CutAfterChunks = afterChunks };
}
