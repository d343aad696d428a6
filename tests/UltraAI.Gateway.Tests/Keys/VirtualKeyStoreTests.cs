using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Storage;
using Xunit;

namespace UltraAI.Gateway.Tests.Keys;

public sealed class EmbeddedVirtualKeyStoreTests : VirtualKeyStoreContract, IAsyncDisposable
{
    private readonly EmbeddedFolder _folder = EmbeddedFolder.Open();
    private EmbeddedVirtualKeyStore? _store;

    private protected override IVirtualKeyStore Store => _store ??= new EmbeddedVirtualKeyStore(_folder.Database);

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Keys_AreThereAfterReopening()
    {
        var key = await Store.PutAsync(new StoredVirtualKey { Name = "k", Digest = KeyDigest.Of("x"), Settings = "{}", CreatedAt = DateTimeOffset.UnixEpoch }, 0, default);

        await _folder.ReopenAsync();
        _store = null;

        Assert.Equal([key!], await Store.ListAsync(default));
    }

    [Fact]
    public Task DamagedKey_HidesNoOther() => AssertOneIsDamagedAsync(() => _folder.Database.RunAsync(
        connection => connection.Execute("UPDATE virtual_keys SET digest = 'damaged' WHERE name = 'bad'"), default));
}

public sealed class RedisVirtualKeyStoreTests(RedisFixture redis) : VirtualKeyStoreContract, IClassFixture<RedisFixture>, IAsyncLifetime
{
    private static readonly StoredVirtualKey Key = new() { Name = "k", Digest = KeyDigest.Of("x"), Settings = "{}", CreatedAt = DateTimeOffset.UnixEpoch };

    private readonly FakeTimeProvider _time = new();
    private RedisConnection _connection = null!;
    private RedisVirtualKeyStore _store = null!;

    private protected override IVirtualKeyStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _connection = await redis.ConnectAsync();

        // Its connection for messages comes up a little later; a clock that stands still would not let the store try again.
        await Eventually.TrueAsync(() => _connection.Multiplexer.GetSubscriber().IsConnected(), "messages can be listened to");
        _store = new RedisVirtualKeyStore(_connection, _time, NullLogger<RedisVirtualKeyStore>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.StopAsync(default);
        _store.Dispose();
        await _connection.DisposeAsync();
        await redis.Server.CommandAsync("ACL SETUSER default +subscribe");
    }

    [Fact]
    public async Task ChangeOfAnotherInstance_IsTold()
    {
        using var other = new RedisVirtualKeyStore(_connection, _time, NullLogger<RedisVirtualKeyStore>.Instance);
        await _store.StartAsync(default);
        await Eventually.TrueAsync(async () => await ListenersAsync() > 0, "the instance listens"); // its clock stands still

        var changed = Signal();
        await other.PutAsync(Key, 0, default);
        await changed.WaitAsync(Deadlines.Step);

        changed = Signal();
        await other.DeleteAsync("k", null, default);
        await changed.WaitAsync(Deadlines.Step);
    }

    [Fact]
    public async Task ChangeThatNobodyTold_IsSeenASecondLater()
    {
        await _store.StartAsync(default);
        await Eventually.TrueAsync(async () => await ListenersAsync() > 0, "the first look is over");

        await AssertSeenAsync();
    }

    [Fact]
    public async Task InstanceThatCouldNotListenAtFirst_DoesSoWellWithinASecond()
    {
        await StartForbiddenToListenAsync();
        await redis.Server.CommandAsync("ACL SETUSER default +subscribe");

        var steps = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                if (steps++ < 200)
                {
                    _time.Advance(TimeSpan.FromMilliseconds(2));
                }

                return await ListenersAsync() > 0;
            },
            "it listens after 0.4 seconds at most");
    }

    [Fact]
    public async Task ChangeIsSeen_WhereListeningIsForbidden()
    {
        await StartForbiddenToListenAsync();

        await AssertSeenAsync();
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("7 {}")]
    [InlineData("7 null")]
    [InlineData("""7 {"digest":"damaged","settings":"{}","created_at":"2026-11-25T12:00:00Z"}""")]
    [InlineData("""7 {"digest":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","created_at":"2026-11-25T12:00:00Z"}""")]
    public Task DamagedKey_HidesNoOther(string text) => AssertOneIsDamagedAsync(() =>
        _connection.Database.HashSetAsync($"{{{_connection.Prefix}}}:keys", "bad", text));

    private async Task AssertSeenAsync()
    {
        var changed = Signal();
        await _connection.Database.StringSetAsync($"{{{_connection.Prefix}}}:keys:revision", 42);
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return changed.IsCompleted;
            },
            "the change is seen");
    }

    private async Task StartForbiddenToListenAsync()
    {
        await redis.Server.CommandAsync("ACL SETUSER default -subscribe");
        await redis.Server.CommandAsync("ACL LOG RESET");
        await _store.StartAsync(default);
        await Eventually.TrueAsync(async () => await redis.Server.CommandAsync("ACL LOG") != "*0", "it has tried in vain");
    }

    private async Task<long> ListenersAsync() =>
        await _connection.Multiplexer.GetServers()[0].SubscriptionSubscriberCountAsync(RedisChannel.Literal($"{{{_connection.Prefix}}}:keys:changed"));

    private Task Signal()
    {
        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Store.Changed.RegisterChangeCallback(_ => signalled.TrySetResult(), null);
        return signalled.Task;
    }
}
