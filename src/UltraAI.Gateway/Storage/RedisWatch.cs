using StackExchange.Redis;

namespace UltraAI.Gateway.Storage;

/// <summary>Follows what other instances change: they tell it on a channel, and each looks for itself once a second.</summary>
/// <remarks>Telling alone would not do: Redis forgets messages for those who are not connected just then.</remarks>
/// <param name="redis">The connection.</param>
/// <param name="channel">Where changes are told.</param>
/// <param name="time">What the pauses go by.</param>
internal sealed class RedisWatch(RedisConnection redis, RedisChannel channel, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    // The client's connection for messages is a second one, and comes up a little later than the first.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    /// <param name="heard">Takes each message of the channel.</param>
    /// <param name="look">Looks; it may throw <see cref="StoreException"/>.</param>
    /// <param name="failed">Takes what keeps it from looking or listening, each time.</param>
    /// <param name="stoppingToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public async Task RunAsync(Action<RedisValue> heard, Func<CancellationToken, Task> look, Action<string> failed, CancellationToken stoppingToken)
    {
        var isListening = false;
        for (var pause = FirstPause; ; pause = isListening || 2 * pause > PollInterval ? PollInterval : 2 * pause)
        {
            try
            {
                // First, so that what changes in between is not missed.
                isListening = isListening || await ListenAsync(heard, failed, stoppingToken);
                await look(stoppingToken);
            }
            catch (StoreException exception)
            {
                // The next look is at most a second away.
                failed(exception.Message);
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task<bool> ListenAsync(Action<RedisValue> heard, Action<string> failed, CancellationToken cancellationToken)
    {
        var subscriber = redis.Multiplexer.GetSubscriber();
        if (!subscriber.IsConnected(channel))
        {
            return false;
        }

        void Handle(RedisChannel _, RedisValue message) => heard(message);
        try
        {
            await redis.AskAsync(
                async _ =>
                {
                    await subscriber.SubscribeAsync(channel, Handle);
                    return true;
                },
                cancellationToken);
            return true;
        }
        catch (StoreException exception)
        {
            // It is kept even so, and each attempt would add one more.
            await subscriber.UnsubscribeAsync(channel, Handle, CommandFlags.FireAndForget);
            failed(exception.Message);
            return false;
        }
    }
}
