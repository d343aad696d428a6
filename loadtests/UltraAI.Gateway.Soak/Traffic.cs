using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace UltraAI.Gateway.Soak;

/// <summary>Clients that do what clients do, the bad things too: they leave, reset their connections, read slowly, send wrong keys.</summary>
internal sealed class Traffic(string address, int clients) : IDisposable
{
    // More than the gateway remembers of them anywhere.
    private const int Models = 6000;

    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) });
    private readonly Uri _address = new(address);

    /// <summary>How often each thing came to which end.</summary>
    public ConcurrentDictionary<string, long> Ends { get; } = new();

    /// <summary>Fills what the gateway remembers up to a bound, such as names of models: that is no growth.</summary>
    public Task FillAsync() => Parallel.ForEachAsync(
        Enumerable.Range(0, Models), new ParallelOptions { MaxDegreeOfParallelism = clients }, async (model, _) => await PostAsync("/openai/v1/embeddings", Embedding(model)));

    /// <summary>Lets the clients send one request after the other, until the time is over.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        using var stop = new CancellationTokenSource(time);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(() => ClientAsync(new Random(number), stop.Token))));
    }

    public void Dispose() => _client.Dispose();

    private async Task ClientAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var (name, act) = Next(random);
            string end;
            try
            {
                end = await act();
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or OperationCanceledException)
            {
                end = "broken off";
            }

            Ends.AddOrUpdate($"{name}: {end}", 1, static (_, count) => count + 1);
        }
    }

    private (string Name, Func<Task<string>> Act) Next(Random random) => random.Next(100) switch
    {
        < 35 => ("call", () => PostAsync("/openai/v1/chat/completions", Chat("Hello", isStream: false))),
        < 45 => ("message", () => PostAsync("/anthropic/v1/messages", """{"model":"claude-sonnet-4-5","max_tokens":50,"messages":[{"role":"user","content":"Hello"}]}""")),
        < 60 => ("stream", () => PostAsync("/openai/v1/chat/completions", Chat(Behaviours.Slow, isStream: true))),
        < 65 => ("embedding", () => PostAsync("/openai/v1/embeddings", Embedding(random.Next(2 * Models)))),
        < 70 => ("upload", () => PostAsync("/google/upload/v1beta/files", new string('x', 1_000_000))),
        < 75 => ("client leaves", () => LeaveAsync(random, isReset: false)),
        < 80 => ("client resets", () => LeaveAsync(random, isReset: true)),
        < 84 => ("slow reader", ReadSlowlyAsync),
        < 88 => ("provider cuts", () => PostAsync("/openai/v1/chat/completions", Chat(Behaviours.Cut, isStream: true))),
        < 91 => ("provider resets", () => PostAsync("/openai/v1/chat/completions", Chat(Behaviours.Reset, isStream: false))),
        < 92 => ("provider hangs", () => PostAsync("/openai/v1/chat/completions", Chat(Behaviours.Hang, isStream: false))),
        < 95 => ("provider fails", () => PostAsync("/openai/v1/chat/completions", Chat(Behaviours.Fail, isStream: false))),
        < 98 => ("wrong key", () => PostAsync("/openai/v1/chat/completions", Chat("Hello", isStream: false), "vk-wrong")),
        _ => ("run", () => PostAsync("/ultra/v1/chat/completions", """{"model":"ultra","messages":[{"role":"user","content":"Hello"}]}""")),
    };

    private static string Embedding(int model) => $$"""{"model":"model-{{model}}","input":"Hello"}""";

    private static string Chat(string text, bool isStream) =>
        $$"""{"model":"gpt-4o","stream":{{(isStream ? "true" : "false")}},"messages":[{"role":"user","content":"{{text}}"}]}""";

    private async Task<string> PostAsync(string target, string body, string key = GatewayUnderTest.Key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, target)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("anthropic-version", "2023-06-01");
        using var response = await _client.SendAsync(request);
        await response.Content.LoadIntoBufferAsync();
        return $"{(int)response.StatusCode}";
    }

    private async Task<string> LeaveAsync(Random random, bool isReset)
    {
        using var socket = await SendAsync(Chat(Behaviours.Slow, isStream: true));
        await Task.Delay(random.Next(300));
        if (isReset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        return "left";
    }

    private async Task<string> ReadSlowlyAsync()
    {
        using var socket = await SendAsync(Chat(Behaviours.Large, isStream: false));
        var buffer = new byte[256 * 1024];
        var total = 0L;
        int count;
        while ((count = await socket.ReceiveAsync(buffer, SocketFlags.None)) > 0)
        {
            total += count;
            await Task.Delay(20);
        }

        return total > 4_000_000 ? "whole" : "not whole";
    }

    private async Task<Socket> SendAsync(string body)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _address.Port));
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST /openai/v1/chat/completions HTTP/1.1\r\nHost: soak\r\nConnection: close\r\nAuthorization: Bearer {GatewayUnderTest.Key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
