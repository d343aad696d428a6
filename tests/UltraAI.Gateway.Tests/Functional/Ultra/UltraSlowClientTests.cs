using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Clients that keep their connection and read nothing, or little at a time. The answer is larger than all buffers on its way.</summary>
public sealed class UltraSlowClientTests
{
    private const int AnswerBytes = 400_000;
    private const int BufferBytes = 16 * 1024;

    [Theory]
    [InlineData("/ultra", true)]
    [InlineData("/ultra", false)]
    [InlineData("/ultra/v1/chat/completions", true)]
    [InlineData("/ultra/v1/chat/completions", false)]
    public async Task ClientThatStopsReading_IsCutOff(string target, bool isStream)
    {
        await using var environment = await StartAsync("00:00:01");
        using var client = await SendAsync(environment, target, isStream);
        await environment.Lead.WaitForRequestAsync();

        await AssertNothingRunsAsync(environment);

        Assert.InRange(await ReadAsync(client, pause: TimeSpan.Zero), 1, AnswerBytes);
        Assert.Empty(environment.RunIds);
        Assert.DoesNotContain(environment.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ClientThatStopsReading_InTheMiddleOfTheRun_EndsIt()
    {
        await using var environment = await StartAsync("00:00:01");
        environment.Members[0].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = new string('x', AnswerBytes) });
        environment.Members[1].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "one two", Chunks = 1_000, ChunkDelay = TimeSpan.FromMilliseconds(100) });
        using var client = await SendAsync(environment, "/ultra", isStream: true, ",\"ultra\":{\"include\":[\"drafts\"]}");

        var dripping = await environment.Members[1].WaitForRequestAsync();

        await AssertNothingRunsAsync(environment);
        await dripping.Aborted.WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ClientThatStopsReading_OverHttp2_LosesItsStream()
    {
        await using var environment = await StartAsync("00:00:01", services => services.Configure<KestrelServerOptions>(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2)));
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var request = new HttpRequestMessage(HttpMethod.Post, environment.Address + "/ultra")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent(Body(isStream: true)),
            Headers = { { "Authorization", "Bearer " + UltraEnvironment.Key } },
        };

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await environment.Lead.WaitForRequestAsync();

        await AssertNothingRunsAsync(environment);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientThatReadsSlowly_GetsItAll(bool isStream)
    {
        // It takes longer for all of it than it may take nothing.
        await using var environment = await StartAsync("00:00:02");
        using var client = await SendAsync(environment, "/ultra", isStream);
        await environment.Lead.WaitForRequestAsync();

        Assert.InRange(await ReadAsync(client, pause: TimeSpan.FromMilliseconds(60)), AnswerBytes, int.MaxValue);
    }

    // Small buffers in the kernel, so that what is not read is felt soon.
    private static async Task<UltraEnvironment> StartAsync(string timeout, Action<IServiceCollection>? more = null)
    {
        var environment = await UltraEnvironment.StartAsync(
            preset => preset["Budget"] = new JsonObject { ["DraftMaxTokens"] = AnswerBytes, ["LeadMaxTokens"] = AnswerBytes },
            gateway => gateway["Transport"] = new JsonObject { ["Timeout"] = timeout },
            services =>
            {
                services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = endpoint =>
                {
                    var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
                    socket.SendBufferSize = BufferBytes;
                    return socket;
                });
                more?.Invoke(services);
            });
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Text = new string('x', AnswerBytes) });
        return environment;
    }

    private static async Task<Socket> SendAsync(UltraEnvironment environment, string target, bool isStream, string more = "")
    {
        environment.ScriptUsualRun();
        var address = new Uri(environment.Address);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = BufferBytes };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, TestContext.Current.CancellationToken);
        var request = Request.Send("POST", target, ["Authorization: Bearer " + UltraEnvironment.Key, "Content-Type: application/json", "Connection: close"], Body(isStream, target, more));
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        return socket;
    }

    private static string Body(bool isStream, string target = "/ultra", string more = "")
    {
        var body = UltraEnvironment.Body((isStream ? ",\"stream\":true" : "") + more);
        return target == "/ultra" ? body.Replace("\"model\":\"ultra\",", "", StringComparison.Ordinal) : body;
    }

    private static Task AssertNothingRunsAsync(UltraEnvironment environment) =>
        Eventually.TrueAsync(() => environment.Service<DrainState>().Running == 0, "the request has ended");

    /// <returns>How many bytes came until the end, or until the connection broke.</returns>
    private static async Task<int> ReadAsync(Socket socket, TimeSpan pause)
    {
        var total = 0;
        var buffer = new byte[BufferBytes / 2];
        while (true)
        {
            using var limit = Deadlines.StepCancellation();
            try
            {
                var count = await socket.ReceiveAsync(buffer, limit.Token);
                if (count == 0)
                {
                    return total;
                }

                total += count;
            }
            catch (SocketException)
            {
                return total; // A reset.
            }

            await Eventually.PassedAsync(pause);
        }
    }
}
