using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Prices;

/// <summary>What a model costs, in whole numbers: hundredths of a micro-USD per million tokens, which hold 1.25 × six decimals exactly.</summary>
/// <remarks>
/// Sums are exact, in 128 bits, and rounded once, at the end: a cost to the nearest nano-USD (half goes up), a worst case up,
/// so that no cost is above it. What would not fit 64 bits counts as <see cref="long.MaxValue"/>.
/// </remarks>
internal sealed class ModelPrice
{
    /// <summary>Decimals that a price may have.</summary>
    public const int Decimals = 6;

    /// <summary>The highest price, in USD.</summary>
    public const decimal Max = 1_000_000m;

    // 10⁻⁸ USD per million tokens are 10⁻⁵ nano-USD per token; 10⁻⁸ USD per request are 10 nano-USD.
    private const long UnitsPerUsd = 100_000_000;
    private const long UnitsPerNano = 100_000;
    private const long RequestScale = 10 * UnitsPerNano;

    private readonly long _input;
    private readonly long _cachedInput;
    private readonly long _cacheWrite5m;
    private readonly long _cacheWrite1h;
    private readonly long _audioInput;
    private readonly long _output;
    private readonly long _audioOutput;
    private readonly long _imageOutput;
    private readonly long _perRequest;

    /// <param name="options">Has been checked.</param>
    public ModelPrice(PriceOptions options)
    {
        Model = options.Model!;
        MaxOutputTokens = options.MaxOutputTokens;
        var input = options.Input ?? 0;
        var output = options.Output ?? input;
        _input = Units(input);
        _cachedInput = Units(options.CachedInput ?? input);
        _cacheWrite5m = Units(options.CacheWrite5m ?? (1.25m * input));
        _cacheWrite1h = Units(options.CacheWrite1h ?? (2 * input));
        _audioInput = Units(options.AudioInput ?? input);
        _output = Units(output);
        _audioOutput = Units(options.AudioOutput ?? output);
        _imageOutput = Units(options.ImageOutput ?? output);
        _perRequest = Units(options.PerRequest ?? 0);
    }

    /// <summary>The entry's <see cref="PriceOptions.Model"/>, for messages.</summary>
    public string Model { get; }

    /// <summary>The most output tokens that the model writes; null if the entry doesn't say.</summary>
    public long? MaxOutputTokens { get; }

    /// <summary>Whether a request costs something beside its tokens.</summary>
    public bool HasPerRequest => _perRequest > 0;

    /// <returns>What a call costs, in nano-USD. Each kind of token at its own price; should the parts exceed the whole, the parts count.</returns>
    public long CostOf(in TokenUsage usage)
    {
        var cached = Count(usage.CachedInput);
        var write5m = Count(usage.CacheWrite5m);
        var write1h = Count(usage.CacheWrite1h);
        var audioOutput = Count(usage.AudioOutput);
        var imageOutput = Count(usage.ImageOutput);

        // Who does not tell how much of the audio was cached has counted it in both.
        var uncached = Int128.Max(0, usage.Input - cached - write5m - write1h);
        var audioInput = Int128.Min(Count(usage.AudioInput), uncached);
        var input = uncached - audioInput;
        var output = Int128.Max(0, usage.Output - audioOutput - imageOutput);
        var sum = (input * _input) + (cached * _cachedInput) + (write5m * _cacheWrite5m) + (write1h * _cacheWrite1h) + (audioInput * _audioInput)
            + (output * _output) + (audioOutput * _audioOutput) + (imageOutput * _imageOutput)
            + ((Int128)_perRequest * RequestScale);
        return Nanos(sum + (UnitsPerNano / 2));
    }

    /// <summary>The most that a call can cost, for a reservation: every token at the dearest price of its side.</summary>
    /// <param name="inputTokens">Estimated input tokens.</param>
    /// <param name="maxOutput">The most output tokens, over all answers.</param>
    /// <param name="writesCache">False where the provider charges nothing for writing its cache, so that those prices can't apply.</param>
    /// <returns>Nano-USD.</returns>
    public long WorstCase(long inputTokens, long maxOutput, bool writesCache = true)
    {
        var input = Math.Max(Math.Max(_input, _cachedInput), _audioInput);
        if (writesCache)
        {
            input = Math.Max(input, Math.Max(_cacheWrite5m, _cacheWrite1h));
        }

        var output = Math.Max(Math.Max(_output, _audioOutput), _imageOutput);
        var sum = (Count(inputTokens) * input) + (Count(maxOutput) * output) + ((Int128)_perRequest * RequestScale);
        return Nanos(sum + (UnitsPerNano - 1));
    }

    public override string ToString() => Model;

    // A provider that reports less than nothing has reported nothing.
    private static Int128 Count(long tokens) => Math.Max(0, tokens);

    private static long Units(decimal usd) => (long)(usd * UnitsPerUsd);

    private static long Nanos(Int128 sum)
    {
        var nanos = sum / UnitsPerNano;
        return nanos > long.MaxValue ? long.MaxValue : (long)nanos;
    }
}
