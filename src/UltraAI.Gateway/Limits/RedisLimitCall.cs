using StackExchange.Redis;

namespace UltraAI.Gateway.Limits;

/// <summary>One run of <c>limits.lua</c>: demands of a request, reports of many subjects, or both.</summary>
internal sealed class RedisLimitCall(RedisEra era, RedisNames names, RedisReporter reporter) : RedisCall(era, RedisScript.Limits)
{
    // The script's values per call and per limit, as it lists them.
    private const int Fixed = 3;
    private const int PerLimit = 11;
    private const int AnswersFixed = 2;
    private const int AnswersPerLimit = 4;

    private readonly List<RedisLimitEntry> _entries = new(6);

    /// <summary>True if everything was granted.</summary>
    public bool IsGranted { get; private set; }

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>True if the subject's running calls are part of it.</summary>
    public bool Counts(RedisSubject subject)
    {
        foreach (var entry in _entries)
        {
            if (entry is RedisSlotsEntry && ReferenceEquals(entry.Subject, subject))
            {
                return true;
            }
        }

        return false;
    }

    public void Add(RedisLimitEntry? entry)
    {
        if (entry is not null)
        {
            _entries.Add(entry);
        }
    }

    public override RedisKey[] Keys()
    {
        var keys = new RedisKey[1 + _entries.Count];
        keys[0] = names.Instances;
        for (var i = 0; i < _entries.Count; i++)
        {
            keys[i + 1] = _entries[i].Name;
        }

        return keys;
    }

    public override RedisValue[] Values()
    {
        var values = new RedisValue[Fixed + (PerLimit * _entries.Count)];
        values[0] = Era.InstanceId;
        values[1] = (long)RedisLimitStore.LeaseLife.TotalMicroseconds;
        values[2] = (long)RedisLimitStore.InstanceLife.TotalMicroseconds;
        for (var i = 0; i < _entries.Count; i++)
        {
            _entries[i].Write(values.AsSpan(Fixed + (PerLimit * i), PerLimit));
        }

        return values;
    }

    /// <summary>Says what was missing, after a refusal.</summary>
    public void Explain(long now, ref LimitShortage shortage)
    {
        foreach (var entry in _entries)
        {
            entry.Explain(now, ref shortage);
        }
    }

    protected override void Answered(long[] answer, long now)
    {
        IsGranted = answer[0] == 1;
        var deadline = SentAt + RedisLimitStore.LeaseLife.Ticks - RedisLimitStore.SafetyMargin.Ticks;
        for (var i = 0; i < _entries.Count; i++)
        {
            var at = AnswersFixed + (AnswersPerLimit * i);
            _entries[i].Answered(new RedisAnswer(answer[at], answer[at + 1], answer[at + 2], answer[at + 3]), IsGranted, SentAt, now, deadline);
        }

        if (answer[1] == 1)
        {
            reporter.DeclareAll();
        }
    }

    protected override void Abandoned()
    {
        foreach (var entry in _entries)
        {
            entry.Abandoned();
        }
    }
}
