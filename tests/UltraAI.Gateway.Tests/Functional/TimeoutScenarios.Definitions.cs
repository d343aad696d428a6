using System.Diagnostics;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

public sealed partial class TimeoutScenarios
{
    private static readonly TimeSpan HalfASecond = TimeSpan.FromMilliseconds(500);

    private readonly Stopwatch _lastWriteToSlowReader = new();

    private void Define()
    {
        _scenarios["silent-connect"] = name => ExchangeAsync(Request.Post($"/{name}/v1/x", "{}"));
        Add("silent-response", SilentAsync, name => ExchangeAsync(Request.Post($"/{name}/v1/x", "{}")));
        Add("silent-upload", ReadNothingAsync, name => UploadAsync(name, sends: 200_000_000));
        Add("stalled-upload", DiscardAsync, name => UploadAsync(name, sends: 100_000));
        Add("stalled-head", StallAfterAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"), name => ExchangeAsync(Request.Get($"/{name}/v1/x")));
        Add("stalled-stream", StallAfterAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), name => ExchangeAsync(Request.Get($"/{name}/v1/x")));
        Add("stalled-error", StallAfterAsync("HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\nab"), name => ExchangeAsync(Request.Get($"/{name}/v1/x")));
        Add("slow-reader", FloodAsync, SlowReaderAsync);
        Add("queue", LiveAsync, QueueAsync);
        Add("living-stream", LiveAsync, name => ExchangeAsync(Request.Get($"/{name}/v1/x")));
        Add("living-upload", exchange => exchange.RespondJsonAsync("{}"), LivingUploadAsync);
        Add("slow-but-living", SlowButLivingAsync, name => ExchangeAsync(Request.Get($"/{name}/v1/x")));
        Add("silent-handshake", SilentAsync, name => ExchangeAsync(WebSocketHandshake.Request($"/{name}/v1/realtime", Request.Authorization)));
        Add("idle-websocket", EchoAsync, IdleWebSocketAsync);
    }

    private void Add(string name, Func<RawExchange, Task> provider, Func<string, Task<Ending>> scenario) =>
        (_providers[name], _scenarios[name]) = (provider, scenario);

    private static Task SilentAsync(RawExchange exchange) => DiscardAsync(exchange);

    private static async Task DiscardAsync(RawExchange exchange)
    {
        await exchange.DiscardBodyAsync();
        await exchange.PeerClosed.WaitAsync(Deadlines.Step);
    }

    /// <summary>Who doesn't read doesn't see a close either: so it reads when all is over.</summary>
    private async Task ReadNothingAsync(RawExchange exchange)
    {
        await Eventually.TrueAsync(() => _running.TryGetValue("silent-upload", out var scenario) && scenario.IsCompleted, "the scenario is over");
        await exchange.DiscardBodyAsync();
    }

    private static Func<RawExchange, Task> StallAfterAsync(string bytes) => async exchange =>
    {
        await exchange.WriteAsync(bytes);
        await exchange.PeerClosed.WaitAsync(Deadlines.Step);
    };

    /// <summary>A byte each half second: more than twice as long as the clock runs.</summary>
    private static async Task LiveAsync(RawExchange exchange)
    {
        await exchange.StartStreamAsync();
        for (var i = 0; i < 9; i++)
        {
            await exchange.WriteChunkAsync(".");
            await Task.Delay(HalfASecond, TestContext.Current.CancellationToken);
        }

        await exchange.WriteLastChunkAsync();
    }

    /// <summary>A head just in time, and a body just in time after it.</summary>
    private static async Task SlowButLivingAsync(RawExchange exchange)
    {
        await Task.Delay(HalfASecond + HalfASecond, TestContext.Current.CancellationToken);
        await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        await Task.Delay(HalfASecond + HalfASecond, TestContext.Current.CancellationToken);
        await exchange.WriteAsync("o");
        await Task.Delay(HalfASecond + HalfASecond, TestContext.Current.CancellationToken);
        await exchange.WriteAsync("k");
    }

    private async Task FloodAsync(RawExchange exchange)
    {
        const int Pieces = 4_000;
        await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Pieces * 65_536L}\r\n\r\n");
        var piece = new byte[65_536];
        for (var i = 0; i < Pieces; i++)
        {
            await exchange.WriteAsync(piece);
            _lastWriteToSlowReader.Restart();
        }
    }

    private static async Task EchoAsync(RawExchange exchange)
    {
        await WebSocketHandshake.AcceptAsync(exchange);
        while (await exchange.Connection.ReadSomeAsync(100) is { Length: > 0 } bytes)
        {
            await exchange.WriteAsync(bytes);
        }
    }

    /// <summary>Sends what is taken of it and then waits. What is sent within the first moments starts the clock.</summary>
    private async Task<Ending> UploadAsync(string name, int sends)
    {
        await using var client = await Gateway.ConnectAsync();
        await client.SendAsync(Request.Send("POST", $"/{name}/v1/files", [Request.Authorization, "Content-Length: 300000000"]));
        var sending = SendAsync(client, sends);
        var ending = await EndAsync(client, Stopwatch.StartNew());
        client.Abort();
        await sending;
        return ending;
    }

    private static async Task SendAsync(RawClient client, int count)
    {
        try
        {
            await client.SendAsync(new byte[count]);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The gateway has ended the call: that is what this scenario is about.
        }
    }

    private async Task<Ending> LivingUploadAsync(string name)
    {
        await using var client = await Gateway.ConnectAsync();
        await client.SendAsync(Request.Send("POST", $"/{name}/v1/files", [Request.Authorization, "Content-Length: 90000"]));
        for (var i = 0; i < 9; i++)
        {
            await client.SendAsync(new string('x', 10_000));
            await Task.Delay(HalfASecond, TestContext.Current.CancellationToken);
        }

        return await EndAsync(client, Stopwatch.StartNew());
    }

    /// <summary>Reads the head and then nothing, until the provider has been cut off.</summary>
    private async Task<Ending> SlowReaderAsync(string name)
    {
        await using var client = await Gateway.ConnectAsync();
        await client.SendAsync(Request.Get($"/{name}/v1/x"));
        var response = await client.ReadHeadAsync();
        await Eventually.TrueAsync(() => UpstreamOf(name).AcceptedConnections == 1 && UpstreamOf(name).OpenConnections == 0, "the provider is cut off");
        var elapsed = _lastWriteToSlowReader.Elapsed;
        var isBroken = await Record.ExceptionAsync(client.DrainBodyAsync) is BrokenTransferException;
        return new(elapsed, isBroken) { Response = response };
    }

    /// <summary>Waits behind a stream that lives longer than the clock runs.</summary>
    private async Task<Ending> QueueAsync(string name)
    {
        await using var first = await Gateway.ConnectAsync();
        await first.SendAsync(Request.Get($"/{name}/v1/first"));
        (await first.ReadHeadAsync()).AssertPassed();
        return await ExchangeAsync(Request.Get($"/{name}/v1/second"));
    }

    private async Task<Ending> IdleWebSocketAsync(string name)
    {
        await using var client = await Gateway.ConnectAsync();
        await client.SendAsync(WebSocketHandshake.Request($"/{name}/v1/realtime", Request.Authorization));
        var response = await client.ReadHeadAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        await client.SendAsync("still here");
        response.Body = await client.Connection.ReadExactlyAsync(10);
        return new(TimeSpan.Zero, IsBroken: false) { Response = response };
    }
}
