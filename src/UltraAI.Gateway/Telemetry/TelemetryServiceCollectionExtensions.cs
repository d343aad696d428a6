using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using UltraAI.Gateway.Telemetry.Access;
using UltraAI.Gateway.Telemetry.Hot;

namespace UltraAI.Gateway.Telemetry;

/// <summary>Whether traces, metrics and logs go out by OTLP; without it no span is made at all.</summary>
internal sealed record TelemetryExport(bool IsOn);

internal static class TelemetryServiceCollectionExtensions
{
    /// <summary>Metrics for <c>/metrics</c>; metrics, traces and logs by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="spans">Adds what looks at spans before they are exported; may be null.</param>
    public static IServiceCollection AddGatewayTelemetry(this IServiceCollection services, IConfiguration configuration, Action<TracerProviderBuilder>? spans = null)
    {
        var export = new TelemetryExport(!string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]));
        services.AddSingleton(export).AddSingleton<AccessLog>().AddHostedService<AccessLogWriter>();

        // Made with the meter provider, before the first request: a sum that begins in the middle would be wrong for good.
        services.AddSingleton<HotSums>();
        services.AddSingleton<ConnectionCounts>();
        services.AddSingleton<HotHistograms>().AddSingleton<ServerRequests>();
        services.ConfigureOpenTelemetryMeterProvider(static (provider, _) =>
        {
            provider.GetRequiredService<ConnectionCounts>();
            provider.GetRequiredService<ServerRequests>();
        });
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
                    .AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false);
                if (export.IsOn)
                {
                    metrics
                        .AddView("http.server.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = GatewayTelemetry.RequestBounds })
                        .AddView("http.client.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = GatewayTelemetry.RequestBounds })
                        .AddOtlpExporter();
                }
                else
                {
                    metrics.AddView(static instrument => HotHistograms.IsHot(instrument) ? MetricStreamConfiguration.Drop : null);
                }
            });

        if (export.IsOn)
        {
            telemetry.WithTracing(traces =>
            {
                traces.AddSource(GatewayTelemetry.Spans.Name, "Microsoft.AspNetCore", "System.Net.Http").AddProcessor<QueryStringRemover>();
                spans?.Invoke(traces);
                traces.AddOtlpExporter();
            });
            telemetry.WithLogging(static logs => logs.AddOtlpExporter(), static options => options.IncludeFormattedMessage = true);
        }

        return services;
    }
}
