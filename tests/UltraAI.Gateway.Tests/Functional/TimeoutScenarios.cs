using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>How a call ended for its client, and how long after the last sign of life that was.</summary>
/// <param name="Elapsed">From the last byte that the clock counts.</param>
/// <param name="IsBroken">The transfer was cut.</param>
public sealed record Ending(TimeSpan Elapsed, bool IsBroken)
{
    /// <summary>What the client was answered; null if nothing.</summary>
    internal RawResponse? Response { get; init; }
}

/// <summary>
/// One gateway whose clock is set to two seconds, and one provider for each way to be silent. All scenarios wait, so all
/// run at once, and the tests ask for theirs.
/// </summary>
public sealed partial class TimeoutScenarios : IAsyncLifetime
{
    public const string Clock = "00:00:02";

    private readonly Dictionary<string, Func<RawExchange, Task>> _providers = [];
    private readonly Dictionary<string, Func<string, Task<Ending>>> _scenarios = [];
    private readonly ConcurrentDictionary<string, RawUpstream> _upstreams = new();
    private readonly Dictionary<string, Task<Ending>> _running = [];
    private readonly List<Socket> _backlog = [];
    private readonly Socket _deafListener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private GatewayEnvironment? _gateway;

    internal GatewayEnvironment Gateway => _gateway!;

    internal RawUpstream UpstreamOf(string scenario) => _upstreams[scenario];

    public Task<Ending> EndingOfAsync(string scenario) =>
        _running[scenario].WaitAsync(Deadlines.Step + Deadlines.Step, TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        Define();
        foreach (var (name, handler) in _providers)
        {
            _upstreams[name] = new RawUpstream { Handler = handler };
        }

        var deaf = await ListenDeaflyAsync();
        _gateway = await GatewayEnvironment.StartAsync(c =>
        {
            TransportOptions.Set(c, ("Timeout", (JsonNode)Clock));
            c["Providers"]!["silent-connect"] = GatewayEnvironment.Provider("OpenAI", "silent-connect", deaf);
            foreach (var (name, upstream) in _upstreams)
            {
                c["Providers"]![name] = GatewayEnvironment.Provider("OpenAI", name, upstream);
            }

            c["Providers"]!["queue"]!["MaxCallsPerOrigin"] = 1;
        });

        // Warm: the first request of a process compiles; the scenarios measure.
        (await _gateway.GetAsync("/openai/v1/models")).AssertPassed();
        foreach (var (name, scenario) in _scenarios)
        {
            _running[name] = scenario(name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        await Gateway.DisposeAsync();
        foreach (var upstream in _upstreams.Values)
        {
            await upstream.DisposeAsync();
        }

        _backlog.ForEach(s => s.Dispose());
        _deafListener.Dispose();
    }

    /// <summary>A listener that accepts nothing, with a full backlog: a further connection attempt gets no answer at all.</summary>
    private async Task<string> ListenDeaflyAsync()
    {
        _deafListener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _deafListener.Listen(1);
        while (true)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _backlog.Add(filler);
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            try
            {
                await filler.ConnectAsync(_deafListener.LocalEndPoint!, limit.Token);
            }
            catch (OperationCanceledException)
            {
                return $"http://{_deafListener.LocalEndPoint}";
            }
        }
    }

    /// <summary>Sends a request and waits for whatever ends it.</summary>
    private async Task<Ending> ExchangeAsync(string request)
    {
        await using var client = await Gateway.ConnectAsync();
        var watch = Stopwatch.StartNew();
        await client.SendAsync(request);
        return await EndAsync(client, watch);
    }

    private static async Task<Ending> EndAsync(RawClient client, Stopwatch watch)
    {
        RawResponse? response = null;
        try
        {
            response = await client.ReadHeadAsync();
            response.Body = await client.ReadBodyAsync();
            return new(watch.Elapsed, IsBroken: false) { Response = response };
        }
        catch (BrokenTransferException)
        {
            return new(watch.Elapsed, IsBroken: true) { Response = response };
        }
    }
}
