using System.Diagnostics;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

/// <summary>An unbroken time in which Redis answers this instance, under one id.</summary>
/// <remarks>What was asked for in an era that is over may have been granted or not: Redis drops it with the id.</remarks>
internal sealed record RedisEra(int Number, string InstanceId);

/// <summary>Whether Redis answers, and how many instances there are.</summary>
internal sealed partial class RedisAvailability(StoreFailure onFailure, TimeProvider time, ILogger<RedisLimitStore> logger)
{
    private readonly RedisSignal _lost = new(time);
    private volatile RedisEra? _era;
    private volatile int _instances = 1;
    private long _lostAt = time.GetTimestamp();
    private bool _isLogged;

    /// <summary>Null while Redis is gone.</summary>
    public RedisEra? Era => _era;

    /// <summary>How many eras there have been.</summary>
    public int Eras { get; private set; }

    /// <summary>Instances that lived when Redis last said so; at least 1.</summary>
    public int Instances
    {
        get => _instances;
        set => _instances = Math.Max(1, value);
    }

    /// <summary>Ends an era. Only the first call for it counts.</summary>
    public void Lose(RedisEra era, string reason)
    {
        if (Interlocked.CompareExchange(ref _era, null, era) == era)
        {
            _lostAt = time.GetTimestamp();
            LogGone(reason);
            _lost.Set();
        }
    }

    /// <summary>The first attempt to reach Redis has failed.</summary>
    public void NeverFound(string reason) => LogGone(reason);

    public void Begin(RedisEra era)
    {
        Debug.Assert(_era is null, "An era begins when none is.");
        Eras = era.Number;
        _era = era;
        if (_isLogged)
        {
            _isLogged = false;
            LogBack(logger, time.GetElapsedTime(_lostAt).TotalSeconds);
        }
    }

    /// <summary>Waits for the end of an era, but not longer than so.</summary>
    public Task LossAsync(TimeSpan atMost, CancellationToken cancellation) => _lost.WaitAsync(atMost, cancellation);

    private void LogGone(string reason)
    {
        _isLogged = true;
        LogGone(logger, reason, onFailure == StoreFailure.Deny ? "limited requests are refused" : "this instance keeps its share of the limits by itself");
    }

    [LoggerMessage(LogLevel.Error, "Redis does not answer ({Reason}); {OnFailure} until it is back", EventName = "RedisGone")]
    private static partial void LogGone(ILogger logger, string reason, string onFailure);

    [LoggerMessage(LogLevel.Information, "Redis answers again after {Seconds:0.0} s; limits are shared by all instances", EventName = "RedisBack")]
    private static partial void LogBack(ILogger logger, double seconds);
}
