using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Storage;

public sealed class RedisWatchTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task EachMessageIsHeardOnce_HoweverOftenListeningWasTried()
    {
        await using var connection = await redis.ConnectAsync();
        await redis.Server.CommandAsync("ACL SETUSER default -subscribe");
        var channel = RedisChannel.Literal(connection.Prefix);
        var time = new FakeTimeProvider();
        var heard = new ConcurrentQueue<string>();
        var failed = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var running = new RedisWatch(connection, channel, time).RunAsync(message => heard.Enqueue(message.ToString()), _ => Task.CompletedTask, failed.Enqueue, stop.Token);
        await AdvanceUntilAsync(() => Task.FromResult(failed.Count >= 5), "it has tried five times");
        await redis.Server.CommandAsync("ACL SETUSER default +subscribe");
        var server = connection.Multiplexer.GetServers()[0];
        await AdvanceUntilAsync(async () => await server.SubscriptionSubscriberCountAsync(channel) == 1, "it listens");

        await connection.Database.PublishAsync(channel, "first");
        await connection.Database.PublishAsync(channel, "last");
        await Eventually.TrueAsync(() => heard.Contains("last"), "both messages are heard");

        Assert.Equal(["first", "last"], heard);
        Assert.All(failed, reason => Assert.Contains("no permissions", reason, StringComparison.Ordinal));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Task AdvanceUntilAsync(Func<Task<bool>> condition, string what) => Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return condition();
            },
            what);
    }
}
