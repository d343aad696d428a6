using System.Net;
using UltraAI.Gateway.Transport.Shards;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

/// <summary>Which shard of an origin's connections a call goes to.</summary>
public sealed class OriginShardsTests
{
    private readonly OriginShards _shards = new(maxCalls: 33, count: 2, mayBeHttp2: false);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Call_FindsAnIdleConnectionOfItsThread(int thread)
    {
        _shards.Opened(0);
        _shards.Opened(1);

        Assert.Equal(thread, _shards.Choose(thread));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void Call_TakesAnotherThreadsIdleConnection_BeforeItMakesOne(int thread)
    {
        _shards.Opened(1);

        Assert.Equal(1, _shards.Choose(thread));
    }

    [Fact]
    public void Call_WithoutAnIdleConnection_GetsOneOfItsThread()
    {
        Enter(0);
        Enter(1);
        Enter(1);

        Assert.Equal(1, _shards.Choose(1));
    }

    [Fact]
    public void Call_OfNoThread_GetsTheEmptiestShard()
    {
        Assert.Equal([0, 1, 0, 1, 0], Enumerable.Range(0, 5).Select(_ => Enter(_shards.Choose(-1))).ToArray());
    }

    [Fact]
    public void Calls_OfOneThread_GetAllPlacesThereAre()
    {
        var taken = Enumerable.Range(0, 33).Select(_ => Enter(_shards.Choose(1))).ToArray();

        // The odd one is the first shard's.
        Assert.Equal((17, 16), (taken.Count(shard => shard == 0), taken.Count(shard => shard == 1)));
        Assert.Equal([.. Enumerable.Repeat(1, 16), .. Enumerable.Repeat(0, 17)], taken);
    }

    [Fact]
    public void Connection_ThatIsClosed_IsNotIdle()
    {
        _shards.Opened(0);
        _shards.Closed(0);

        Assert.Equal(1, _shards.Choose(1));
    }

    [Fact]
    public void MultiplexedConnections_AreSharedByAllThreads_WhileThereIsRoom()
    {
        _shards.Agreed(HttpVersion.Version20);
        _shards.Opened(0);

        var taken = Enumerable.Range(0, 20).Select(i => Enter(_shards.Choose(i % 2))).ToArray();

        Assert.Equal([.. Enumerable.Repeat(0, 17), 1, 1, 1], taken);
    }

    [Fact]
    public void Connection_OfAShardWithFarMoreThanItsShare_IsOnAnyThread()
    {
        Assert.True(_shards.BelongsToThread(0));
        for (var i = 0; i < 9; i++)
        {
            _shards.Opened(0);
        }

        Assert.False(_shards.BelongsToThread(0));
        Assert.True(_shards.BelongsToThread(1));
        for (var i = 0; i < 4; i++)
        {
            _shards.Opened(1);
        }

        Assert.True(_shards.BelongsToThread(0));
        _shards.Agreed(HttpVersion.Version20);
        Assert.False(_shards.BelongsToThread(0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Connections_AreNeverMoreThanTheMostCallsAtOnce(int seed)
    {
        // Every call that finds no idle connection makes one, as the handler does.
        var random = new Random(seed);
        var shards = new OriginShards(maxCalls: 200, count: 4, mayBeHttp2: false);
        var (running, open) = (new List<int>(), new int[4]);
        var most = 0;
        for (var step = 0; step < 20_000; step++)
        {
            if (running.Count == 0 || (running.Count < 200 && random.Next(100) < 50))
            {
                var shard = shards.Choose(random.Next(-1, 4));
                shards.Enter(shard);
                running.Add(shard);
                most = Math.Max(most, running.Count);
                if (running.Count(other => other == shard) > open[shard])
                {
                    open[shard]++;
                    shards.Opened(shard);
                }
            }
            else
            {
                var ended = random.Next(running.Count);
                shards.Leave(running[ended]);
                running.RemoveAt(ended);
            }

            Assert.InRange(open.Sum(), 0, most);
            Assert.All(open, of => Assert.InRange(of, 0, 50));
        }
    }

    [Theory]
    [InlineData(512, 2, 2, 256)]
    [InlineData(33, 2, 2, 17)]
    [InlineData(31, 2, 1, 31)]
    [InlineData(512, 0, 1, 512)]
    [InlineData(512, 16, 16, 32)]
    [InlineData(512, 64, 1, 512)]
    public void Origin_IsDividedIfThereAreCallsEnough(int calls, int threads, int count, int connections)
    {
        var shards = new ConnectionShards(calls, threads, asksForHttp2: true);

        Assert.Equal(connections, shards.MaxConnections);
        Assert.Equal(count > 1, shards.Of(new Uri("http://provider.test")) is not null);
    }

    [Theory]
    [InlineData("http://provider.test:8080/v1", true)]
    [InlineData("https://10.0.0.1", true)]
    [InlineData("http://[::1]:8080", false)]
    public void Address_OfIPv6_IsNotDivided(string uri, bool isDivided)
    {
        var shards = new ConnectionShards(512, 2, asksForHttp2: true);

        Assert.Equal(isDivided, shards.Of(new Uri(uri)) is not null);
    }

    [Theory]
    [InlineData("https://provider.test", true, true)]
    [InlineData("https://provider.test", false, false)]
    [InlineData("http://provider.test", true, false)]
    public void Origin_ThatMayAgreeOnHttp2_IsNotDividedUntilItHasNot(string uri, bool asks, bool isMultiplexed)
    {
        Assert.Equal(isMultiplexed, new ConnectionShards(512, 2, asks).Of(new Uri(uri))!.IsMultiplexed);
    }

    [Fact]
    public void ConnectionOfAWebSocket_ChangesNothingOverHttp2()
    {
        var shards = new OriginShards(maxCalls: 33, count: 2, mayBeHttp2: true);

        shards.Agreed(HttpVersion.Version11);
        Assert.False(shards.IsMultiplexed);
        shards.Agreed(HttpVersion.Version20);
        shards.Agreed(HttpVersion.Version11);
        Assert.True(shards.IsMultiplexed);
    }

    private int Enter(int shard)
    {
        _shards.Enter(shard);
        return shard;
    }
}
