using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Telemetry.Hot;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Telemetry;

/// <summary>The times of requests have the tags that the runtime's own instrument gives them.</summary>
public sealed class ServerRequestsTests : IAsyncLifetime
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _runtimes = new();
    private readonly HttpClient _client = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton(new TelemetryExport(IsOn: false)).AddSingleton(TimeProvider.System).AddSingleton<HotHistograms>().AddSingleton<ServerRequests>();
        _app = builder.Build();
        var meters = _app.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "http.server.request.duration" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => _runtimes.Enqueue(Text(tags)));
        _listener.Start();

        _app.UseMiddleware<ServerRequestsMiddleware>();
        _app.UseRouting();
        _app.Map("/status/{code:int}", static (HttpContext context, int code) =>
        {
            context.Response.StatusCode = code;
            return Task.CompletedTask;
        });
        _app.Map("/fault", static Task (HttpContext _) => throw new InvalidOperationException());
        _app.MapFallback("{**path}", static context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/status/200", false)]
    [InlineData("POST", "/status/204", false)]
    [InlineData("DELETE", "/status/404", false)]
    [InlineData("PATCH", "/status/429", true)]
    [InlineData("HEAD", "/status/500", false)]
    [InlineData("BREW", "/status/503", false)]
    [InlineData("GET", "/nothing/here", true)]
    [InlineData("POST", "/fault", false)]
    public async Task Tags_AreTheRuntimes(string method, string path, bool isHttp2)
    {
        var address = _app.Urls.ElementAt(isHttp2 ? 1 : 0);
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), address + path)
            {
                Version = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => _runtimes.Count == 2, "the runtime has timed both");
        var (tags, histogram) = Assert.Single(_app.Services.GetRequiredService<HotHistograms>().ServerRequests.All);
        var counts = new long[GatewayTelemetry.RequestBounds.Length + 1];
        histogram.Read(counts);
        Assert.Equal(2, counts[^1]);
        Assert.All(_runtimes, runtimes => Assert.Equal(runtimes, Text(tags)));
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
}
