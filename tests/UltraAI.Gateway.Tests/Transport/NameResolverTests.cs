using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

public sealed class NameResolverTests
{
    private static readonly IPAddress[] Answer = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")];

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Address_IsItsOwn_AndIsNotLookedUp()
    {
        var names = new HangingNames();

        Assert.Equal([IPAddress.Parse("127.0.0.3")], await names.ResolveAsync("127.0.0.3", Never));
        Assert.Equal([IPAddress.IPv6Loopback], await names.ResolveAsync("::1", Never));
        Assert.Equal([IPAddress.IPv6Loopback], await names.ResolveAsync("[::1]", Never));
        Assert.Empty(names.Asked);
    }

    [Fact]
    public async Task RealName_IsLookedUp() => Assert.Contains(await new NameResolver().ResolveAsync("localhost", Never), IPAddress.IsLoopback);

    [Fact]
    public async Task NameThatDoesNotExist_IsAnError()
    {
        await Assert.ThrowsAsync<SocketException>(() => new NameResolver().ResolveAsync("nowhere.invalid", Never));
    }

    [Fact]
    public async Task NamesThatHang_HoldNoThreadOfThePool()
    {
        var names = new HangingNames();

        var lookups = Enumerable.Range(0, 20).Select(i => names.ResolveAsync($"hangs-{i}.test", Never)).ToArray();
        await Eventually.TrueAsync(() => names.Asked.Count == 20, "all are looked up at the same time");
        Assert.All(names.Asked, asked => Assert.False(asked.IsOnPool));

        names.Release();
        Assert.All(await Task.WhenAll(lookups), addresses => Assert.Equal(Answer, addresses));
    }

    [Fact]
    public async Task SameName_IsLookedUpOnceAtATime_AndAnewAfterwards()
    {
        var names = new HangingNames();

        var lookups = Enumerable.Range(0, 10).Select(i => names.ResolveAsync(i % 2 == 0 ? "provider.test" : "Provider.TEST", Never)).ToArray();
        names.Release();
        await Task.WhenAll(lookups);
        Assert.Single(names.Asked);

        await names.ResolveAsync("provider.test", Never);
        Assert.Equal(2, names.Asked.Count);
    }

    [Fact]
    public async Task WhoLeaves_TakesNothingFromTheOthers()
    {
        var names = new HangingNames();
        using var leaves = new CancellationTokenSource();
        var left = names.ResolveAsync("provider.test", leaves.Token);
        var stays = names.ResolveAsync("provider.test", Never);

        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        names.Release();
        Assert.Equal(Answer, await stays);
    }

    [Fact]
    public async Task Failure_IsForThoseWhoAskedOnly()
    {
        var names = new HangingNames { Fault = new SocketException((int)SocketError.TryAgain) };
        names.Release();

        Assert.Equal(SocketError.TryAgain, (await Assert.ThrowsAsync<SocketException>(() => names.ResolveAsync("provider.test", Never))).SocketErrorCode);
        names.Fault = null;

        Assert.Equal(Answer, await names.ResolveAsync("provider.test", Never));
    }

    /// <summary>A system whose name servers are silent until <see cref="Release"/>.</summary>
    private sealed class HangingNames : NameResolver
    {
        private readonly TaskCompletionSource _released = new();

        public ConcurrentQueue<(string Host, bool IsOnPool)> Asked { get; } = new();

        public Exception? Fault { get; set; }

        public void Release() => _released.TrySetResult();

        protected override IPAddress[] LookUp(string host)
        {
            Asked.Enqueue((host, Thread.CurrentThread.IsThreadPoolThread));
            Assert.True(_released.Task.Wait(Deadlines.Step));
            return Fault is { } fault ? throw fault : Answer;
        }
    }
}
