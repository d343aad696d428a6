using StackExchange.Redis;

namespace UltraAI.Gateway.Limits;

/// <summary>One script that is on its way.</summary>
internal abstract class RedisCall(RedisEra era, RedisScript script)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RedisEra Era { get; } = era;

    public RedisScript Script { get; } = script;

    /// <summary>When it was sent, in ticks.</summary>
    public long SentAt { get; set; }

    /// <summary>What Redis answers.</summary>
    public Task<RedisResult> Answer { get; set; } = null!;

    /// <summary>True once the answer has been taken in; false if the era ended first.</summary>
    public Task<bool> Done => _done.Task;

    public abstract RedisKey[] Keys();

    public abstract RedisValue[] Values();

    public void Complete(long[] answer, long now)
    {
        Answered(answer, now);
        _done.SetResult(true);
    }

    public void Abandon()
    {
        Abandoned();
        _done.SetResult(false);
    }

    protected abstract void Answered(long[] answer, long now);

    protected abstract void Abandoned();
}
