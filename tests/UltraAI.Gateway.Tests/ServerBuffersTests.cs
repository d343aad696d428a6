using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests;

/// <summary>Kestrel's blocks, and that Kestrel uses them.</summary>
public sealed class ServerBuffersTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ServerBuffers _buffers;
    private readonly MemoryPool<byte> _pool;

    public ServerBuffersTests()
    {
        _buffers = new ServerBuffers(_time);
        _pool = _buffers.Create();
    }

    public void Dispose() => _buffers.Dispose();

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(2048)]
    [InlineData(ServerBuffers.BlockBytes)]
    public void Rent_OfUpToABlock_IsABlock(int bytes)
    {
        using var block = _pool.Rent(bytes);

        Assert.Equal(ServerBuffers.BlockBytes, block.Memory.Length);
    }

    [Fact]
    public void Rent_OfMoreThanABlock_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _pool.Rent(ServerBuffers.BlockBytes + 1));

    [Fact]
    public void Rent_OfManyAtOnce_SharesNoMemory()
    {
        var blocks = new List<IMemoryOwner<byte>>();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                blocks.Add(_pool.Rent());
                blocks[i].Memory.Span.Fill((byte)i);
            }

            for (var i = 0; i < 100; i++)
            {
                Assert.False(blocks[i].Memory.Span.ContainsAnyExcept((byte)i));
            }

            blocks.ForEach(block => block.Dispose());
            blocks.Clear();
        }
    }

    [Fact]
    public void Dispose_Twice_DoesNotGiveTheSameBlockToTwo()
    {
        var block = _pool.Rent();
        block.Dispose();
        block.Dispose();

        using var first = _pool.Rent();
        using var second = _pool.Rent();

        Assert.False(first.Memory.Span.Overlaps(second.Memory.Span));
    }

    [Fact]
    public async Task Rent_ByManyThreads_SharesNoMemory()
    {
        var renting = Enumerable.Range(1, 4).Select(mark => Task.Run(() =>
        {
            for (var round = 0; round < 2_000; round++)
            {
                using var first = _pool.Rent();
                var second = _pool.Rent();
                first.Memory.Span.Fill((byte)mark);
                second.Memory.Span.Fill((byte)mark);
                Assert.False(first.Memory.Span.ContainsAnyExcept((byte)mark));
                Assert.False(second.Memory.Span.ContainsAnyExcept((byte)mark));

                // Given back by another thread than took it, as a socket's is.
                ThreadPool.UnsafeQueueUserWorkItem(static state => ((IDisposable)state!).Dispose(), second);
            }
        }));

        await Task.WhenAll(renting);
    }

    [Fact]
    public void Dispose_OfMoreThanAreKept_KeepsNoMore()
    {
        GiveBack(ServerBuffers.MostFree + 100);

        Assert.Equal(ServerBuffers.MostFree, _buffers.Free);
    }

    [Fact]
    public void Time_LetsGoOfWhatNobodyNeeded()
    {
        GiveBack(1_000);
        _time.Advance(ServerBuffers.TrimInterval); // from here on they are watched
        var kept = _buffers.Free;
        Assert.InRange(kept, 900, 1_000);

        // A hundred more than one thread has at hand are in use now and then.
        GiveBack(100);
        _time.Advance(ServerBuffers.TrimInterval);
        Assert.InRange(_buffers.Free, 1, 100);

        _time.Advance(ServerBuffers.TrimInterval);
        Assert.Equal(0, _buffers.Free);
    }

    [Fact]
    public async Task Kestrel_ReceivesIntoThem()
    {
        using var folder = new TemporaryFolder();
        var config = folder.Write("gateway.json", """{ "Gateway": { "Providers": {}, "Drain": { "Delay": "00:00:00" }, "VirtualKeys": [ { "Name": "dev", "Value": "vk-server-buffers-0123456789" } ] } }""");
        var largest = new TaskCompletionSource<int?>();
        await using var app = GatewayHost.Build(["--config", config, "--urls", "http://127.0.0.1:0"], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<IStartupFilter>(new Look(largest));
        });
        await app.StartAsync(TestContext.Current.CancellationToken);

        await using var client = await RawClient.ConnectAsync(new Uri(app.Urls.Single()).Port);
        await client.SendAsync("GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n");
        Assert.Equal(200, (await client.ReadHeadAsync()).Status);

        Assert.Equal(ServerBuffers.BlockBytes, await largest.Task);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    private void GiveBack(int blocks)
    {
        var rented = Enumerable.Range(0, blocks).Select(_ => _pool.Rent()).ToList();
        rented.ForEach(block => block.Dispose());
    }

    private sealed class Look(TaskCompletionSource<int?> largest) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                largest.TrySetResult(context.Features.Get<IMemoryPoolFeature>()?.MemoryPool.MaxBufferSize);
                return following(context);
            });
            next(app);
        };
    }
}
