using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using UltraAI.Gateway.Telemetry.Hot;
using Xunit;

namespace UltraAI.Gateway.Tests.Telemetry;

/// <summary>The histograms that the gateway writes itself look as if OpenTelemetry's exporter had written them.</summary>
public sealed class HotHistogramsTextTests
{
    private const string MeterName = "UltraAI.Gateway.Tests.Text";

    private static readonly double[] Bounds = [0.005, 0.25, 1, 2.5, 10];

    // Sums of these are exact.
    private static readonly (double Value, KeyValuePair<string, object?>[] Tags)[] Measurements =
    [
        (0.25, [new("server.port", 443), new("http.request.method", "POST"), new("url.scheme", "https")]),
        (0.5, [new("server.port", 443), new("http.request.method", "POST"), new("url.scheme", "https")]),
        (4096, [new("server.port", 443), new("http.request.method", "POST"), new("url.scheme", "https")]),
        (1, [new("server.port", 80), new("http.request.method", "GET"), new("url.scheme", "http")]),
        (2, [new("name", "a \"quoted\" \\ back\nand line"), new("flag", true), new("other", false)]),
        (3, []),
    ];

    [Theory]
    [InlineData("s", "text/plain")]
    [InlineData("{token}", "text/plain")]
    [InlineData("s", "application/openmetrics-text; version=1.0.0")]
    [InlineData("{token}", "application/openmetrics-text; version=1.0.0")]
    public async Task Write_IsWhatTheExporterWrites(string unit, string accept)
    {
        var name = "test.duration." + Guid.NewGuid().ToString("n");
        using var meter = new Meter(MeterName);
        await using var app = Exporter();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var histogram = meter.CreateHistogram(name, unit, "What it is.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });
        var family = new HotHistograms.Family(name, Bounds);
        family.Describe(histogram);
        foreach (var (value, tags) in Measurements)
        {
            histogram.Record(value, tags);
            family.Series.Of(tags).Record(value);
        }

        using var client = new HttpClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", accept);
        var exported = await client.GetStringAsync(new Uri(app.Urls.Single() + "/metrics"), TestContext.Current.CancellationToken);

        Assert.Equal(LinesOf(exported, name), LinesOf(TextOf(family, isOpenMetrics: accept.StartsWith("application", StringComparison.Ordinal)), name));
    }

    [Fact]
    public void Write_WithoutMeasurements_IsNothing() => Assert.Equal("", TextOf(new HotHistograms.Family("a", Bounds), isOpenMetrics: false));

    [Fact]
    public void Record_FromManyThreads_LosesNothing()
    {
        var histogram = new HotHistogram(Bounds);

        Parallel.For(0, 100_000, i => histogram.Record(i % 2 == 0 ? 0.001 : 5));

        var counts = new long[Bounds.Length + 1];
        Assert.Equal(250_050, histogram.Read(counts), 3);
        Assert.Equal([50_000, 50_000, 50_000, 50_000, 100_000, 100_000], counts);
    }

    private static string TextOf(HotHistograms.Family family, bool isOpenMetrics)
    {
        var text = new ArrayBufferWriter<byte>();
        HotHistogramsText.Write(text, family, isOpenMetrics);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static WebApplication Exporter()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(MeterName).AddPrometheusExporter(static exporter => exporter.ScopeInfoEnabled = false));
        var app = builder.Build();
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    // When a series began is not told here; Prometheus takes that from its first scrape.
    private static string LinesOf(string text, string name) => string.Join('\n', text.Split('\n')
        .Where(line => line.Contains(name.Replace('.', '_'), StringComparison.Ordinal) && !line.Contains("_created", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal));
}
