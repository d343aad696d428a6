using System.Threading.Channels;
using StackExchange.Redis;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

/// <summary>Sends scripts without waiting for each other's answers, and takes the answers in the order in which Redis executed.</summary>
/// <remarks>
/// A round trip of more than <see cref="Patience"/> is slow. A second slow one ends the era, and with it every call that waits; so does
/// one that is not there after <see cref="SecondChance"/> more. One alone does not: the garbage collector or the scheduler may
/// have held up either side, and limiting without Redis for a moment admits more than waiting for it would have cost.
/// </remarks>
internal sealed class RedisPipeline(RedisConnection connection, RedisAvailability availability, RedisClock clock)
{
    /// <summary>A Redis that takes longer again and again is as good as gone.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>Together with <see cref="Patience"/> well below the 200 ms in which a request has to be decided.</summary>
    public static readonly TimeSpan SecondChance = TimeSpan.FromMilliseconds(75);

    private readonly Channel<RedisCall> _sent = Channel.CreateUnbounded<RedisCall>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _gate = new();

    // When the first of the slow round trips was seen; 0: the last was not slow.
    private long _slowSince;

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
                call.Answer = Send(call, keys, values);
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

    private Task<RedisResult> Send(RedisCall call, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return connection.Database.ScriptEvaluateAsync(call.Script.Hash, keys, values);
        }
        catch (Exception fault) when (fault is RedisException or ObjectDisposedException)
        {
            return Task.FromException<RedisResult>(fault);
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
            catch (Exception fault)
            {
                // Whatever it is, nobody may be left waiting.
                availability.Lose(call.Era, fault switch
                {
                    TimeoutException => $"no answer within {Patience.TotalMilliseconds} ms",
                    RedisServerException => fault.Message,
                    RedisException or ObjectDisposedException => "connection lost",
                    _ => fault.GetType().Name,
                });
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
        if (!answer.IsCompleted && !await ComesAsync(answer, sentAt + Patience.Ticks - clock.Now))
        {
            var isFirst = _slowSince == 0 || sentAt <= _slowSince;
            _slowSince = _slowSince == 0 ? clock.Now : _slowSince;
            if (!isFirst || !await ComesAsync(answer, SecondChance.Ticks))
            {
                _slowSince = 0;
                throw new TimeoutException();
            }
        }
        else if (clock.Now - sentAt <= Patience.Ticks)
        {
            _slowSince = 0;
        }

        return await answer;
    }

    private async Task<bool> ComesAsync(Task answer, long ticks)
    {
        await Task.WhenAny(answer, Task.Delay(TimeSpan.FromTicks(Math.Max(ticks, 0)), clock.Time));
        return answer.IsCompleted;
    }

    private static void Ignore(Task answer) =>
        _ = answer.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
