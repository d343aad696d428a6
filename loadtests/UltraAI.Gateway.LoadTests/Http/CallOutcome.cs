namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>How one request ended.</summary>
/// <param name="Code">What is counted: <see cref="Ok"/>, the gateway's <c>x-ultraai-error</c>, <c>http_503</c>, or what broke.</param>
/// <param name="Began">When it was sent, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="Answered">When the response's head was there.</param>
/// <param name="Ended">When the last byte was there.</param>
public readonly record struct CallOutcome(string Code, long Began, long Answered, long Ended)
{
    /// <summary>The code of a request that was answered as it should be.</summary>
    public const string Ok = "ok";

    /// <summary>The code of a request that was still running when the test was over.</summary>
    public const string Unfinished = "unfinished";

    /// <summary>Gets when the first chunk of a stream was there, or 0.</summary>
    public long FirstChunk { get; init; }

    /// <summary>Gets how many chunks came.</summary>
    public int Chunks { get; init; }

    /// <summary>Gets how often the time between two chunks was a stall.</summary>
    public int Stalls { get; init; }

    /// <summary>Gets the longest time between two chunks.</summary>
    public TimeSpan LongestGap { get; init; }

    /// <summary>Gets how many bytes the body had; of a stream, its data.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets the refusal's <c>Retry-After</c> in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Gets whether it was answered as it should be.</summary>
    public bool IsOk => Code == Ok;
}
