using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Metering;

/// <summary>How one call went, for the metrics.</summary>
/// <param name="Duration">From the queue to the end of the response.</param>
/// <param name="FirstChunk">From the queue to the first byte of the response's body; null if none came, or the response was no stream.</param>
/// <param name="Error">The kind of error (<c>error.type</c>), out of a closed list; null if there was none.</param>
internal readonly record struct CallTiming(TimeSpan Duration, TimeSpan? FirstChunk, string? Error);

/// <summary>OpenTelemetry's GenAI metrics of calls to providers, with bounded values of the model.</summary>
/// <remarks>https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/ (status: Development)</remarks>
internal sealed class GenAIMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstChunk;
    private readonly Histogram<long> _tokens;
    private readonly LabelBound _models = new(LabelBound.MaxModels);

    // Bounded by the providers, the models' bound, and the closed lists of operations and errors.
    private readonly ConcurrentDictionary<(string Provider, string Model, string Operation, string? Error), Series> _series = new();

    private Recorded? _last;

    // The factory owns the meter: it is not ours to dispose.
    public GenAIMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayTelemetry.MeterName);
        _duration = meter.CreateHistogram(
            GenAI.Instruments.OperationDuration, "s", "How long calls to providers took.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = GenAI.DurationBounds });
        _firstChunk = meter.CreateHistogram(
            GenAI.Instruments.TimeToFirstChunk, "s", "How long streams took to their first piece.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = GenAI.FirstChunkBounds });
        _tokens = meter.CreateHistogram(
            GenAI.Instruments.TokenUsage, "{token}", "LLM tokens per call.", advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = GenAI.TokenBounds });
    }

    /// <param name="provider">The provider in the convention's terms (<c>gen_ai.provider.name</c>).</param>
    /// <param name="operation">The operation in the convention's terms.</param>
    /// <param name="model">The model that was asked for.</param>
    /// <param name="timing">How it went.</param>
    /// <param name="usage">What it used.</param>
    public void Record(string provider, string operation, string model, in CallTiming timing, in TokenUsage usage)
    {
        var last = _last;
        var series = last is not null && last.IsOf(provider, operation, model, timing.Error) ? last.Series : SeriesOf(provider, operation, model, timing.Error);

        _duration.Record(timing.Duration.TotalSeconds, series.Call);
        if (timing.FirstChunk is { } first)
        {
            _firstChunk.Record(first.TotalSeconds, series.Call);
        }

        if (usage.Input > 0)
        {
            _tokens.Record(usage.Input, series.Input);
        }

        if (usage.Output > 0)
        {
            _tokens.Record(usage.Output, series.Output);
        }
    }

    private Series SeriesOf(string provider, string operation, string model, string? error)
    {
        var key = (provider, _models.Of(model, isProven: error is null), operation, error);
        if (!_series.TryGetValue(key, out var series))
        {
            series = _series.GetOrAdd(key, static key => new Series(key.Provider, key.Model, key.Operation, key.Error));
        }

        _last = new Recorded(provider, operation, model, error, series);
        return series;
    }

    /// <summary>What was recorded last, which most of what comes next is like.</summary>
    private sealed class Recorded(string provider, string operation, string model, string? error, Series series)
    {
        public Series Series { get; } = series;

        public bool IsOf(string itsProvider, string itsOperation, string itsModel, string? itsError) =>
            itsModel == model && itsProvider == provider && itsOperation == operation && itsError == error;
    }

    /// <summary>The tags of one combination, made once.</summary>
    private sealed class Series
    {
        private readonly KeyValuePair<string, object?>[] _call;
        private readonly KeyValuePair<string, object?>[] _input;
        private readonly KeyValuePair<string, object?>[] _output;

        public Series(string provider, string model, string operation, string? error)
        {
            KeyValuePair<string, object?>[] common =
            [
                new(GenAI.Tags.OperationName, operation),
                new(GenAI.Tags.ProviderName, provider),
                new(GenAI.Tags.RequestModel, model),
            ];
            _call = error is null ? common : [.. common, new(GenAI.Tags.ErrorType, error)];
            _input = [.. common, new(GenAI.Tags.TokenType, "input")];
            _output = [.. common, new(GenAI.Tags.TokenType, "output")];
        }

        public ReadOnlySpan<KeyValuePair<string, object?>> Call => _call;

        public ReadOnlySpan<KeyValuePair<string, object?>> Input => _input;

        public ReadOnlySpan<KeyValuePair<string, object?>> Output => _output;
    }
}
