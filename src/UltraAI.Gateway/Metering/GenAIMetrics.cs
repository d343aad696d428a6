using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Telemetry.Hot;

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
    private readonly HotHistograms _histograms;
    private readonly LabelBound _models = new(LabelBound.MaxModels);

    // Bounded by the providers, the models' bound, and the closed lists of operations and errors.
    private readonly ConcurrentDictionary<(string Provider, string Model, string Operation, string? Error), Series> _series = new();

    private Recorded? _last;

    // The factory owns the meter: it is not ours to dispose.
    public GenAIMetrics(IMeterFactory meters, HotHistograms histograms)
    {
        _histograms = histograms;
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

        series.Duration.Record(timing.Duration.TotalSeconds);
        if (timing.FirstChunk is { } first)
        {
            series.FirstChunk.Record(first.TotalSeconds);
        }

        if (usage.Input > 0)
        {
            series.Input.Record(usage.Input);
        }

        if (usage.Output > 0)
        {
            series.Output.Record(usage.Output);
        }
    }

    private Series SeriesOf(string provider, string operation, string model, string? error)
    {
        var key = (provider, _models.Of(model), operation, error);
        if (!_series.TryGetValue(key, out var series))
        {
            series = _series.GetOrAdd(key, static (key, metrics) => new Series(metrics, key.Provider, key.Model, key.Operation, key.Error), this);
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

    /// <summary>What one combination of tags is recorded by, made once.</summary>
    private sealed class Series
    {
        public Series(GenAIMetrics metrics, string provider, string model, string operation, string? error)
        {
            KeyValuePair<string, object?>[] common =
            [
                new(GenAI.Tags.OperationName, operation),
                new(GenAI.Tags.ProviderName, provider),
                new(GenAI.Tags.RequestModel, model),
            ];
            KeyValuePair<string, object?>[] call = error is null ? common : [.. common, new(GenAI.Tags.ErrorType, error)];
            var histograms = metrics._histograms;
            Duration = new Recorder<double>(metrics._duration, call, histograms.IsOn ? histograms.Operations : null);
            FirstChunk = new Recorder<double>(metrics._firstChunk, call, histograms.IsOn ? histograms.FirstChunks : null);
            Input = new Recorder<long>(metrics._tokens, [.. common, new(GenAI.Tags.TokenType, "input")], histograms.IsOn ? histograms.Tokens : null);
            Output = new Recorder<long>(metrics._tokens, [.. common, new(GenAI.Tags.TokenType, "output")], histograms.IsOn ? histograms.Tokens : null);
        }

        public Recorder<double> Duration { get; }

        public Recorder<double> FirstChunk { get; }

        public Recorder<long> Input { get; }

        public Recorder<long> Output { get; }
    }

    /// <summary>Records with the same tags each time.</summary>
    /// <param name="instrument">The instrument, for whoever listens to it.</param>
    /// <param name="tags">The tags.</param>
    /// <param name="histograms">Where the gateway adds up itself; null: nowhere.</param>
    private sealed class Recorder<T>(Histogram<T> instrument, KeyValuePair<string, object?>[] tags, TaggedSeries<HotHistogram>? histograms)
        where T : struct, System.Numerics.INumber<T>
    {
        // Found at the first value: a series without any is not shown.
        private HotHistogram? _histogram;

        public void Record(T value)
        {
            if (histograms is not null)
            {
                (_histogram ??= histograms.Of(tags)).Record(double.CreateChecked(value));
            }

            if (instrument.Enabled)
            {
                instrument.Record(value, tags);
            }
        }
    }
}
