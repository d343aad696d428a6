using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Several gateways with one and the same provider behind them.</summary>
internal sealed class Instances : IAsyncDisposable
{
    private readonly List<GatewayEnvironment> _all = [];

    public IReadOnlyList<GatewayEnvironment> All => _all;

    /// <summary>The provider of all of them.</summary>
    public RawUpstream OpenAI => _all[0].OpenAI;

    public static async Task<Instances> StartAsync(int count, Action<JsonObject> configure, bool hasAdminToken = false, string[]? credentials = null)
    {
        var instances = new Instances();
        for (var i = 0; i < count; i++)
        {
            instances._all.Add(await GatewayEnvironment.StartAsync(new GatewaySetup
            {
                HasAdminToken = hasAdminToken,
                Configure = configuration =>
                {
                    configure(configuration);
                    if (i > 0)
                    {
                        configuration["Providers"]!["openai"] = GatewayEnvironment.Provider("OpenAI", "openai", instances.OpenAI);
                    }

                    if (credentials is not null)
                    {
                        configuration.WithCredentials(credentials);
                    }
                },
            }));
        }

        return instances;
    }

    /// <summary>Lets clients send one request after the other, each on a connection of its own, spread over the gateways.</summary>
    /// <param name="clients">How many at once.</param>
    /// <param name="goesOn">Asked before each request.</param>
    /// <param name="send">Sends one request; what is to be answered may stand in <c>X-Answer</c>.</param>
    /// <param name="clock">When a request arrives at the provider comes back in <c>X-Arrived</c>, by this clock.</param>
    /// <returns>How often each of the gateway's errors came.</returns>
    public async Task<IReadOnlyDictionary<string, int>> RaceAsync(int clients, Func<bool> goesOn, Func<RawClient, Task<RawResponse>> send, Stopwatch clock)
    {
        OpenAI.RecordsRequests = false;
        OpenAI.Handler = exchange => exchange.RespondAsync("200 OK", exchange.Request["X-Answer"] ?? RawUpstream.DefaultBody, "Content-Type: application/json", $"X-Arrived: {clock.Elapsed}");
        var errors = new ConcurrentDictionary<string, int> { ["rate_limited"] = 0 };
        await Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(async () =>
        {
            await using var client = await _all[number % _all.Count].ConnectAsync();
            while (goesOn())
            {
                var response = await send(client);
                if (response.ErrorCode is { } code)
                {
                    errors.AddOrUpdate(code, 1, static (_, count) => count + 1);

                    // A client that is refused comes again soon, without taking all of the processor.
                    await Task.Delay(5);
                }
            }
        })));
        return errors;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _all.AsEnumerable().Reverse())
        {
            await gateway.DisposeAsync();
        }
    }
}
