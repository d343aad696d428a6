using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Forwarding;

/// <summary>When memory is given back after very many calls.</summary>
public sealed class PeakCollectionTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly DrainState _calls = new();
    private readonly PeakCollection _collection;
    private int _collected;

    public PeakCollectionTests()
    {
        _collection = new PeakCollection(_calls, _time) { Collect = () => _collected++ };
        Assert.True(_collection.StartAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    public async ValueTask DisposeAsync()
    {
        await _collection.StopAsync(CancellationToken.None);
        _collection.Dispose();
    }

    [Theory]
    [InlineData(1000, 0, 1)]
    [InlineData(1000, 100, 1)]
    [InlineData(1000, 101, 0)]
    [InlineData(5000, 500, 1)]
    [InlineData(999, 0, 0)]
    public void Peak_ThatIsOver_IsCollectedOnce(int most, int left, int times)
    {
        Run(most);
        Run(left);
        Look(20);

        Assert.Equal(times, _collected);
    }

    [Fact]
    public void Lull_OfAMoment_CollectsNothing()
    {
        for (var i = 0; i < 10; i++)
        {
            Run(2000);
            Run(0);
        }

        Assert.Equal(0, _collected);
    }

    [Fact]
    public void Peak_AfterPeak_IsCollectedToo_ButNotAtOnce()
    {
        Run(2000);
        Run(0);
        Look(1);
        Run(2000);
        Run(0);
        Look(1);
        Assert.Equal(1, _collected);

        _time.Advance(PeakCollection.LeastInterval);

        Assert.Equal(2, _collected);
    }

    [Fact]
    public void Collection_TakesWhatHasBecomeOld()
    {
        using var collection = new PeakCollection(_calls, _time);
        Assert.True(collection.StartAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        var garbage = OldGarbage();

        Run(1000);
        Run(0);
        Look(1);

        Assert.False(garbage.IsAlive);
    }

    [Fact]
    public async Task Gateway_HasIt()
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("gateway.json", """{ "Gateway": { "Providers": {}, "VirtualKeys": [ { "Name": "dev", "Value": "vk-peak-collection-0123456789" } ] } }""");
        await using var app = GatewayHost.Build(["--config", config, "--urls", "http://127.0.0.1:0"]);

        Assert.Single(app.Services.GetServices<IHostedService>().OfType<PeakCollection>());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference OldGarbage()
    {
        var garbage = new object();
        while (GC.GetGeneration(garbage) < GC.MaxGeneration)
        {
            GC.Collect();
        }

        return new WeakReference(garbage);
    }

    // So many calls run from now on, and that is seen.
    private void Run(int calls)
    {
        while (_calls.Running < calls)
        {
            Assert.True(_calls.TryEnter());
        }

        while (_calls.Running > calls)
        {
            _calls.Leave();
        }

        Look(1);
    }

    private void Look(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(PeakCollection.LookInterval);
        }
    }
}
