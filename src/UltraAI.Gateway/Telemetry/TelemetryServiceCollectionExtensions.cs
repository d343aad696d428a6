using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using UltraAI.Gateway.Telemetry.Access;

namespace UltraAI.Gateway.Telemetry;

/// <summary>Whether traces, metrics and logs go out by OTLP; without it no span is made at all.</summary>
internal sealed record TelemetryExport(bool IsOn);

internal static class TelemetryServiceCollectionExtensions
{
    // Seconds. The runtime's advice for http.*.duration ends at 10 s, and a model may well write for longer.
    private static readonly double[] DurationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    /// <summary>Metrics for <c>/metrics</c>; metrics, traces and logs by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    public static IServiceCollection AddGatewayTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var export = new TelemetryExport(!string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]));
        services.AddSingleton(export).AddSingleton<AccessLog>().AddHostedService<AccessLogWriter>();

        // Made with the meter provider, before the first request: a sum that begins in the middle would be wrong for good.
        services.AddSingleton<HotSums>();
        services.AddSingleton<ConnectionCounts>();
        services.ConfigureOpenTelemetryMeterProvider(static (provider, _) => provider.GetRequiredService<ConnectionCounts>());
        var version = typeof(GatewayTelemetry).Assembly.GetName().Version?.ToString(3);

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("ultraai-gateway", serviceVersion: version))
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter(GatewayTelemetry.MeterName)
                    .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Diagnostics")
                    .AddMeter("System.Net.Http", "System.Net.NameResolution", "System.Runtime")

                    // Counted up and down, or timed, for every request, at a cost (docs/performance.md).
                    // ultraai.calls.active and ultraai.queue.wait say the same per provider.
                    .AddView(static instrument => HotSums.IsHot(instrument) ? MetricStreamConfiguration.Drop : null)
                    .AddView("http.client.active_requests", MetricStreamConfiguration.Drop)
                    .AddView("http.client.request.time_in_queue", MetricStreamConfiguration.Drop)

                    // By key, provider and model, each bounded; the SDK's own limit of 2,000 would fold many of them into one.
                    .AddView(GatewayTelemetry.Instruments.Cost, new MetricStreamConfiguration { CardinalityLimit = 20_000 })
                    .AddView(GatewayTelemetry.Instruments.LimitDecisions, new MetricStreamConfiguration { CardinalityLimit = 15_000 }) // 1,001 keys, 6 limits, 2 decisions
                    .AddView("http.server.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = DurationBounds })
                    .AddView("http.client.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = DurationBounds })
                    .AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false);
                if (export.IsOn)
                {
                    metrics.AddOtlpExporter();
                }
            });

        if (export.IsOn)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(GatewayTelemetry.Spans.Name, "Microsoft.AspNetCore", "System.Net.Http")
                .AddProcessor<QueryStringRemover>()
                .AddOtlpExporter());
            telemetry.WithLogging(static logs => logs.AddOtlpExporter(), static options => options.IncludeFormattedMessage = true);
        }

        return services;
    }
}
