using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Keys;

public sealed class CombinedVirtualKeysTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);
    private readonly MemoryVirtualKeyStore _store = new();
    private readonly Configured _configured = new();
    private readonly CapturedLogs _logs = new();
    private readonly ILoggerFactory _loggers;
    private readonly CombinedVirtualKeys _keys;

    public CombinedVirtualKeysTests()
    {
        _configured.Set(("configured", "config-secret"));
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        _keys = new CombinedVirtualKeys(_configured, _store, _time, _loggers.CreateLogger<CombinedVirtualKeys>());
    }

    public void Dispose()
    {
        _keys.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task Keys_OfBothSources_AreFoundWhenTheyStart()
    {
        await PutAsync("stored", "stored-secret");

        await _keys.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal("configured", Find("config-secret"));
        Assert.Equal("stored", Find("stored-secret"));
        Assert.Equal(1, _keys.StoredCount);
        await _keys.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Change_OfTheStore_IsTakenWhenItSignals()
    {
        await _keys.StartAsync(TestContext.Current.CancellationToken);
        Assert.Null(Find("stored-secret"));

        var stored = await PutAsync("stored", "stored-secret");

        await Eventually.TrueAsync(() => Find("stored-secret") is not null, "the key is in force");
        await _store.DeleteAsync("stored", stored.Revision, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Find("stored-secret") is null, "the key is no longer in force");
        await _keys.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Configuration_Reloaded_KeepsTheStoresKeys()
    {
        await PutAsync("stored", "stored-secret");
        await _keys.RefreshAsync(TestContext.Current.CancellationToken);
        var before = _keys.VirtualKeys.Find("stored-secret");

        _configured.Set(("new", "new-secret"));

        Assert.Null(Find("config-secret"));
        Assert.Equal("new", Find("new-secret"));
        Assert.Same(before, _keys.VirtualKeys.Find("stored-secret"));
    }

    [Fact]
    public async Task Name_OfBothSources_IsTheConfigurationsAndToldOnce()
    {
        await PutAsync("configured", "stored-secret");
        await _keys.RefreshAsync(TestContext.Current.CancellationToken);
        await _keys.RefreshAsync(TestContext.Current.CancellationToken);

        Assert.Equal("configured", Find("config-secret"));
        Assert.Null(Find("stored-secret"));
        Assert.Single(_logs.Lines, line => line.Contains("the configuration has a key of that name", StringComparison.Ordinal));

        _configured.Set(("other", "config-secret"));
        Assert.Equal("configured", Find("stored-secret"));
    }

    [Fact]
    public async Task Secret_OfBothSources_IsTheConfigurationsAndTold()
    {
        await PutAsync("stored", "config-secret");
        await _keys.RefreshAsync(TestContext.Current.CancellationToken);

        Assert.Equal("configured", Find("config-secret"));
        Assert.Single(_logs.Lines, line => line.Contains("another key has the same secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"only_on_mondays":true}""")]
    [InlineData("""{"allowed_networks":["nowhere"]}""")]
    public async Task Settings_WithFaults_KeepTheKeyOut(string settings)
    {
        await PutAsync("stored", "stored-secret", settings);
        await _keys.RefreshAsync(TestContext.Current.CancellationToken);

        Assert.Null(Find("stored-secret"));
        Assert.Single(_logs.Lines, line => line.Contains("can't read its settings", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PreviousSecret_WorksUntilItsTimeAndNotLonger()
    {
        await _store.PutAsync(
            new StoredVirtualKey
            {
                Name = "stored",
                Digest = KeyDigest.Of("second"),
                Settings = "{}",
                CreatedAt = Now,
                PreviousDigest = KeyDigest.Of("first"),
                PreviousValidUntil = Now.AddDays(3),
            },
            0,
            TestContext.Current.CancellationToken);
        await _keys.RefreshAsync(TestContext.Current.CancellationToken);

        Assert.Same(_keys.VirtualKeys.Find("second"), _keys.VirtualKeys.Find("first"));
        _time.Advance(TimeSpan.FromDays(1));
        _time.Advance(TimeSpan.FromDays(1));
        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("stored", Find("first"));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(Find("first"));
        Assert.Equal("stored", Find("second"));
    }

    [Fact]
    public async Task Store_GoneAtStart_LeavesTheConfigurationsKeysAndIsReadWhenItIsBack()
    {
        await PutAsync("stored", "stored-secret");
        _store.IsGone = true;
        var start = _keys.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return start.IsCompletedSuccessfully;
            },
            "the start does not wait for ever");
        Assert.Equal("configured", Find("config-secret"));

        _store.IsGone = false;

        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return Find("stored-secret") is not null;
            },
            "the store's keys are in force");
        await _keys.StopAsync(TestContext.Current.CancellationToken);
        Assert.Single(_logs.Lines, line => line.Contains("does not answer", StringComparison.Ordinal));
        Assert.Single(_logs.Lines, line => line.Contains("answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Store_StillConnectingAtStart_IsWaitedForAndNoNews()
    {
        await PutAsync("stored", "stored-secret");
        _store.IsGone = true;
        var start = _keys.StartAsync(TestContext.Current.CancellationToken);
        Assert.False(start.IsCompleted);

        _store.IsGone = false;
        _time.Advance(TimeSpan.FromMilliseconds(50));
        await start;

        Assert.Equal("stored", Find("stored-secret"));
        await _keys.StopAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_logs.Lines);
    }

    [Fact]
    public async Task Key_MadeAnewInAStoreThatLostItsData_HasItsNewSettings()
    {
        await PutAsync("stored", "first-secret");
        await _keys.StartAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(Find("first-secret"));

        // Revisions begin again at 1.
        _store.Clear();
        await Eventually.TrueAsync(() => Find("first-secret") is null, "the store is seen to be empty");
        await PutAsync("stored", "second-secret", """{"enabled":false}""");

        await Eventually.TrueAsync(() => Find("second-secret") is not null, "the new key is known");
        Assert.False(_keys.VirtualKeys.Find("second-secret")!.Enabled);
        await _keys.StopAsync(TestContext.Current.CancellationToken);
    }

    private string? Find(string secret) => _keys.VirtualKeys.Find(secret)?.Name;

    private async Task<StoredVirtualKey> PutAsync(string name, string secret, string settings = "{}") =>
        (await _store.PutAsync(new StoredVirtualKey { Name = name, Digest = KeyDigest.Of(secret), Settings = settings, CreatedAt = Now }, 0, TestContext.Current.CancellationToken))!;

    private sealed class Configured : IConfiguredVirtualKeys
    {
        private ConfigurationReloadToken _changed = new();

        public VirtualKeyTable VirtualKeys { get; private set; } = new(new Dictionary<KeyDigest, VirtualKey>());

        public IChangeToken Changed => _changed;

        public void Set(params (string Name, string Secret)[] keys)
        {
            VirtualKeys = new VirtualKeyTable(keys.ToDictionary(key => KeyDigest.Of(key.Secret), key => new VirtualKey { Name = key.Name }));
            Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
        }
    }
}
