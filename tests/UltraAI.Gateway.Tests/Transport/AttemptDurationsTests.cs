using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

/// <summary>The times of attempts have the tags that the runtime's own instrument gives them.</summary>
public sealed class AttemptDurationsTests : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _runtimes = new();
    private readonly HttpMessageInvoker _invoker;

    public AttemptDurationsTests()
    {
        var meters = new Meters();
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler { MeterFactory = meters });
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "http.client.request.duration" && instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => _runtimes.Enqueue(Text(tags)));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _invoker.Dispose();
    }

    [Theory]
    [InlineData("GET", "200 OK")]
    [InlineData("POST", "204 X")]
    [InlineData("DELETE", "404 X")]
    [InlineData("BREW", "418 X")]
    [InlineData("PATCH", "503 X")]
    [InlineData("GET", "601 X")]
    public async Task Tags_OfAResponse_AreTheRuntimes(string method, string status)
    {
        await using var upstream = new RawUpstream { Handler = exchange => exchange.RespondAsync(status, "") };
        using var request = new HttpRequestMessage(new HttpMethod(method), upstream.BaseUrl + "/v1/x?y=z");

        using var response = await _invoker.SendAsync(request, TestContext.Current.CancellationToken);

        AssertSame(AttemptDurations.TagsOf(new Destination(upstream.BaseUrl), request, response, null));
    }

    [Fact]
    public async Task Tags_WhereNobodyListens_AreTheRuntimes()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await AssertFailureAsync("http://127.0.0.1:" + ((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/9 nonsense\r\n\r\n")]
    public async Task Tags_WhereTheAnswerIsNone_AreTheRuntimes(string answer)
    {
        await using var upstream = new RawUpstream
        {
            Handler = async exchange =>
            {
                await exchange.WriteAsync(answer);
                exchange.Close();
            },
        };
        await AssertFailureAsync(upstream.BaseUrl);
    }

    [Fact]
    public Task Tags_OfAnUnknownHost_AreTheRuntimes() => AssertFailureAsync("http://no-such-host.invalid:8080");

    [Fact]
    public async Task Tags_OfACancelledAttempt_AreTheRuntimes()
    {
        await using var upstream = new RawUpstream { Handler = static exchange => exchange.PeerClosed };
        using var request = new HttpRequestMessage(HttpMethod.Post, upstream.BaseUrl);
        using var cancellation = new CancellationTokenSource();

        var sending = _invoker.SendAsync(request, cancellation.Token);
        await cancellation.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        AssertSame(AttemptDurations.TagsOf(new Destination(upstream.BaseUrl), request, null, exception));
    }

    private async Task AssertFailureAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address + "/v1");
        var exception = await Assert.ThrowsAnyAsync<HttpRequestException>(() => _invoker.SendAsync(request, TestContext.Current.CancellationToken));
        AssertSame(AttemptDurations.TagsOf(new Destination(address), request, null, exception));
    }

    private void AssertSame(KeyValuePair<string, object?>[] ours) => Assert.Equal(Assert.Single(_runtimes), Text(ours));

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            return new Meter(options);
        }

        public void Dispose()
        {
        }
    }
}
