using Microsoft.Extensions.Primitives;
using StackExchange.Redis;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Keys;

/// <summary>Virtual keys made at run time, in Redis: a hash with a field per key. A change is told to all instances, and each looks for itself once a second.</summary>
internal sealed partial class RedisVirtualKeyStore(RedisConnection redis, TimeProvider time, ILogger<RedisVirtualKeyStore> logger) : BackgroundService, IVirtualKeyStore
{
    private static readonly string PutScript = EmbeddedScript.Read("VirtualKeyPut");
    private static readonly string DeleteScript = EmbeddedScript.Read("VirtualKeyDelete");

    private readonly ChangeSignal _changed = new();
    private long _seen = -1;

    public IChangeToken Changed => _changed.Token;

    private RedisKey Keys => redis.Name("keys");

    private RedisKey Revision => redis.Name("keys:revision");

    private RedisChannel Channel => RedisChannel.Literal(redis.Name("keys:changed").ToString());

    public async Task<IReadOnlyList<StoredVirtualKey>> ListAsync(CancellationToken cancellationToken)
    {
        var entries = await redis.AskAsync(database => database.HashGetAllAsync(Keys), cancellationToken);
        return [.. entries.Select(entry => StoredVirtualKeyText.Read(entry.Name.ToString(), entry.Value.ToString())).OrderBy(key => key.Name, StringComparer.Ordinal)];
    }

    public async Task<StoredVirtualKey?> GetAsync(string name, CancellationToken cancellationToken)
    {
        var text = await redis.AskAsync(database => database.HashGetAsync(Keys, name), cancellationToken);
        return text.IsNull ? null : StoredVirtualKeyText.Read(name, text.ToString());
    }

    public async Task<StoredVirtualKey?> PutAsync(StoredVirtualKey key, long expectedRevision, CancellationToken cancellationToken)
    {
        var revision = await ChangeAsync(PutScript, [key.Name, expectedRevision, Channel.ToString(), StoredVirtualKeyText.Write(key)], cancellationToken);
        return revision == 0 ? null : key with { Revision = revision };
    }

    public async Task<bool> DeleteAsync(string name, long? expectedRevision, CancellationToken cancellationToken) =>
        await ChangeAsync(DeleteScript, [name, expectedRevision ?? 0, Channel.ToString()], cancellationToken) != 0;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new RedisWatch(redis, Channel, time).RunAsync(Saw, async token => Saw(await redis.AskAsync(database => database.StringGetAsync(Revision), token)), LogGone, stoppingToken);

    private async Task<long> ChangeAsync(string script, RedisValue[] values, CancellationToken cancellationToken)
    {
        var revision = (long)await redis.AskAsync(database => database.ScriptEvaluateAsync(script, [Keys, Revision], values), cancellationToken);
        if (revision != 0)
        {
            Saw(revision);
        }

        return revision;
    }

    // Other, not only higher: a Redis that has lost its data begins anew.
    private void Saw(RedisValue value)
    {
        var revision = value.TryParse(out long number) ? number : 0;
        if (Interlocked.Exchange(ref _seen, revision) != revision)
        {
            _changed.Raise();
        }
    }

    [LoggerMessage(LogLevel.Debug, "Changes of virtual keys can't be seen: {Reason}", EventName = "VirtualKeysUnseen")]
    private partial void LogGone(string reason);
}
