using System.Threading.Channels;
using StackExchange.Redis;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

/// <summary>Sends scripts without waiting for each other's answers, and takes the answers in the order in which Redis executed.</summary>
/// <remarks>An answer that takes longer than <see cref="Patience"/> ends the era, and with it every call that waits.</remarks>
internal sealed class RedisPipeline(RedisConnection connection, RedisAvailability availability, RedisClock clock)
{
    /// <summary>Redis is as good as gone when a round trip takes longer: CONTRACT §6.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    // If our own timer comes this late, it was this process that did not run, and the answer may well be here unread.
    private static readonly TimeSpan Stalled = TimeSpan.FromMilliseconds(15);

    private readonly Channel<RedisCall> _sent = Channel.CreateUnbounded<RedisCall>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _gate = new();

    /// <returns>As <see cref="RedisCall.Done"/>.</returns>
    public Task<bool> SendAsync(RedisCall call)
    {
        var keys = call.Keys();
        var values = call.Values();
        lock (_gate)
        {
            if (ReferenceEquals(availability.Era, call.Era))
            {
                call.SentAt = clock.Now;
                call.Answer = connection.Database.ScriptEvaluateAsync(call.Script.Hash, keys, values);
                if (_sent.Writer.TryWrite(call))
                {
                    return call.Done;
                }
            }
        }

        call.Abandon();
        return call.Done;
    }

    /// <summary>Takes in answers until the end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _sent.Reader.WaitToReadAsync(cancellation))
            {
                while (_sent.Reader.TryRead(out var call))
                {
                    await TakeInAsync(call);
                }
            }
        }
        catch (OperationCanceledException)
        {
            _sent.Writer.TryComplete();
            while (_sent.Reader.TryRead(out var call))
            {
                Ignore(call.Answer);
                call.Abandon();
            }
        }
    }

    private async Task TakeInAsync(RedisCall call)
    {
        if (ReferenceEquals(availability.Era, call.Era))
        {
            try
            {
                var answer = (long[])(await AnswerAsync(call))!;
                call.Complete(answer, clock.Now);
                return;
            }
            catch (TimeoutException)
            {
                availability.Lose(call.Era, $"no answer within {Patience.TotalMilliseconds} ms");
            }
            catch (RedisException fault)
            {
                availability.Lose(call.Era, fault is RedisServerException ? fault.Message : "connection lost");
            }
            catch (ObjectDisposedException)
            {
                availability.Lose(call.Era, "connection closed");
            }
        }

        Ignore(call.Answer);
        call.Abandon();
    }

    private async Task<RedisResult> AnswerAsync(RedisCall call)
    {
        try
        {
            return await InTimeAsync(call.Answer, call.SentAt);
        }
        catch (RedisServerException fault) when (fault.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await InTimeAsync(
                connection.Database.ScriptEvaluateAsync(call.Script.Text, call.Keys(), call.Values(), CommandFlags.NoScriptCache), clock.Now);
        }
    }

    private async Task<RedisResult> InTimeAsync(Task<RedisResult> answer, long sentAt)
    {
        if (answer.IsCompleted)
        {
            return await answer;
        }

        var deadline = sentAt + Patience.Ticks;
        try
        {
            return await answer.WaitAsync(Left(deadline), clock.Time);
        }
        catch (TimeoutException) when (answer.IsCompleted || clock.Now > deadline + Stalled.Ticks)
        {
            return await answer.WaitAsync(Patience, clock.Time);
        }
    }

    private TimeSpan Left(long deadline) => TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, deadline - clock.Now));

    private static void Ignore(Task answer) =>
        _ = answer.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
