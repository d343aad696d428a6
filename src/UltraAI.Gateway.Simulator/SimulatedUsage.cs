namespace UltraAI.Gateway.Simulator;

/// <summary>What a request used, in tokens. Each provider spells it in its own way.</summary>
/// <remarks>The input includes what was cached, written to the cache, and audio; the output includes thinking, audio and images.</remarks>
public sealed record SimulatedUsage
{
    /// <summary>Gets all input tokens.</summary>
    public long Input { get; init; }

    /// <summary>Gets the input tokens that were read from a cache.</summary>
    public long CachedInput { get; init; }

    /// <summary>Gets the input tokens that were written to a cache for five minutes; only Anthropic reports them.</summary>
    public long CacheWrite5m { get; init; }

    /// <summary>Gets the input tokens that were written to a cache for an hour; only Anthropic reports them.</summary>
    public long CacheWrite1h { get; init; }

    /// <summary>Gets the input tokens that are audio; Anthropic has none.</summary>
    public long AudioInput { get; init; }

    /// <summary>Gets all output tokens.</summary>
    public long Output { get; init; }

    /// <summary>Gets the output tokens of thinking.</summary>
    public long Reasoning { get; init; }

    /// <summary>Gets the output tokens that are audio; Anthropic has none.</summary>
    public long AudioOutput { get; init; }

    /// <summary>Gets the output tokens that are images.</summary>
    public long ImageOutput { get; init; }

    /// <summary>The sum of two.</summary>
    public static SimulatedUsage operator +(SimulatedUsage left, SimulatedUsage right) => left.Add(right);

    /// <summary>The sum of this and another.</summary>
    public SimulatedUsage Add(SimulatedUsage other) => new()
    {
        Input = Input + other.Input,
        CachedInput = CachedInput + other.CachedInput,
        CacheWrite5m = CacheWrite5m + other.CacheWrite5m,
        CacheWrite1h = CacheWrite1h + other.CacheWrite1h,
        AudioInput = AudioInput + other.AudioInput,
        Output = Output + other.Output,
        Reasoning = Reasoning + other.Reasoning,
        AudioOutput = AudioOutput + other.AudioOutput,
        ImageOutput = ImageOutput + other.ImageOutput,
    };
}
