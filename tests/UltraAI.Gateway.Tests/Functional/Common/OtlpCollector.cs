using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A collector that takes OTLP as protobuf over HTTP and keeps all of it.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> _traces = new();
    private readonly ConcurrentQueue<byte[]> _metrics = new();
    private readonly ConcurrentQueue<byte[]> _logs = new();
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>The spans that have come, in no order.</summary>
    public IReadOnlyList<OtlpSpan> Spans => [.. _traces.SelectMany(OtlpSpan.ReadAll)];

    /// <summary>All metrics as they came; names and texts stand in it as they are.</summary>
    public string Metrics => Text(_metrics);

    public string Logs => Text(_logs);

    /// <summary>Whatever came.</summary>
    public string Everything => Text(_traces) + Metrics + Logs;

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var collector = new OtlpCollector(builder.Build());
        collector._app.Urls.Add("http://127.0.0.1:0");
        collector.Map("/v1/traces", collector._traces);
        collector.Map("/v1/metrics", collector._metrics);
        collector.Map("/v1/logs", collector._logs);
        using var limit = Deadlines.StepCancellation();
        await collector._app.StartAsync(limit.Token);
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map(string path, ConcurrentQueue<byte[]> bodies) => _app.MapPost(path, async (HttpContext context) =>
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        bodies.Enqueue(body.ToArray());
        context.Response.ContentType = "application/x-protobuf";
    });

    private static string Text(IEnumerable<byte[]> bodies) => string.Concat(bodies.Select(Encoding.Latin1.GetString));
}
