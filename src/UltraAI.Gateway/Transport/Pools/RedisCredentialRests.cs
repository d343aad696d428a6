using System.Globalization;
using StackExchange.Redis;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>Rests of credentials over all instances: told at once on a channel, and read each second for those who missed it.</summary>
/// <remarks>What Redis does not hear, the other instances learn by a 429 of their own.</remarks>
internal sealed partial class RedisCredentialRests(RedisConnection redis, ProviderPools pools, IProviderSource source, TimeProvider time, ILogger<RedisCredentialRests> logger)
    : BackgroundService, ICredentialRests
{
    private const int MostRests = 4096;
    private const int MostPending = 64;
    private const int LongestModel = 256;

    private static readonly string RestScript = EmbeddedScript.Read("CredentialRest");
    private static readonly string ListScript = EmbeddedScript.Read("CredentialRests");

    private int _pending;

    private RedisKey Rests => redis.Name("rests");

    private RedisChannel Channel => RedisChannel.Literal(redis.Name("rests:told").ToString());

    public void Tell(string provider, CredentialState credential, string? model, TimeSpan length)
    {
        if (model?.Length > LongestModel || Interlocked.Increment(ref _pending) > MostPending)
        {
            Interlocked.Decrement(ref _pending);
            return;
        }

        _ = TellAsync($"{provider}/{credential.Name}/{credential.Credential.Fingerprint}/{model}", length < CredentialState.LongestRest ? length : CredentialState.LongestRest);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new RedisWatch(redis, Channel, time).RunAsync(HeardMessage, LookAsync, LogGone, stoppingToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var rests = (RedisValue[]?)await redis.AskAsync(database => database.ScriptEvaluateAsync(ListScript, [Rests]), cancellationToken) ?? [];
        for (var i = 0; i + 1 < rests.Length; i += 2)
        {
            Heard(rests[i].ToString(), rests[i + 1].ToString());
        }
    }

    private void HeardMessage(RedisValue message)
    {
        if (message.ToString().Split(' ', 2) is [var milliseconds, var whose])
        {
            Heard(whose, milliseconds);
        }
    }

    private async Task TellAsync(string whose, TimeSpan length)
    {
        try
        {
            // Never for less than the provider has said.
            var milliseconds = (long)Math.Ceiling(length.TotalMilliseconds);
            await redis.AskAsync(database => database.ScriptEvaluateAsync(RestScript, [Rests], [whose, milliseconds, Channel.ToString(), MostRests]));
        }
        catch (StoreException exception)
        {
            LogGone(exception.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    private void Heard(string whose, string milliseconds)
    {
        if (whose.Split('/', 4) is not [var provider, var name, var fingerprint, var model]
            || !long.TryParse(milliseconds, CultureInfo.InvariantCulture, out var left)
            || !source.Providers.TryGet(provider, out var known))
        {
            return;
        }

        // Another instance may have read a rotated secret sooner, or later.
        var credential = Array.Find(pools.Of(known).Credentials, credential => credential.Name == name && credential.Credential.Fingerprint == fingerprint);
        credential?.Rest(model.Length == 0 ? null : model, TimeSpan.FromMilliseconds(left));
    }

    [LoggerMessage(LogLevel.Debug, "Rests of credentials can't be shared: {Reason}", EventName = "CredentialRestsUnshared")]
    private partial void LogGone(string reason);
}
