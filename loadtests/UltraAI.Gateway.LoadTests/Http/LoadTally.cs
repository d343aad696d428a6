using System.Collections.Concurrent;
using System.Diagnostics;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>All outcomes of a load test. May be added to from any thread.</summary>
/// <param name="limited">Whether being refused by a limit is what is wanted, and admissions are kept to be checked.</param>
public sealed class LoadTally(bool limited)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, long> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<(long Began, long Answered)> _admitted = [];
    private bool _isClosed;
    private long _begun;
    private long _chunks;
    private long _stalls;
    private long _bytes;
    private long _longestGap;
    private long _refusedWithoutRetryAfter;

    /// <summary>Gets the times of the requests that were answered as they should be.</summary>
    public LatencyHistogram Times { get; } = new();

    /// <summary>Gets the times to the first chunk of streams.</summary>
    public LatencyHistogram FirstChunks { get; } = new();

    /// <summary>Gets how often each code came.</summary>
    public IReadOnlyDictionary<string, long> Codes => _codes;

    /// <summary>Gets when each admitted request was sent and when its answer began.</summary>
    public IReadOnlyCollection<(long Began, long Answered)> Admitted => _admitted;

    /// <summary>Gets how many chunks came.</summary>
    public long Chunks => Interlocked.Read(ref _chunks);

    /// <summary>Gets how many stalls there were.</summary>
    public long Stalls => Interlocked.Read(ref _stalls);

    /// <summary>Gets how many bytes came.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Gets the longest time between two chunks.</summary>
    public TimeSpan LongestGap => TimeSpan.FromTicks(Interlocked.Read(ref _longestGap));

    /// <summary>Gets how many requests were refused by a limit without saying when to come again.</summary>
    public long RefusedWithoutRetryAfter => Interlocked.Read(ref _refusedWithoutRetryAfter);

    /// <summary>Gets how many requests were begun.</summary>
    public long Begun => Interlocked.Read(ref _begun);

    /// <summary>Gets how many requests have ended; after <see cref="CloseAsync"/>, all that were begun.</summary>
    public long Total => _codes.Values.Sum();

    /// <summary>Gets how many failed.</summary>
    public long Failed => _codes.Where(pair => !IsAsWanted(pair.Key)).Sum(pair => pair.Value);

    /// <summary>Whether this code is no failure here.</summary>
    public bool IsAsWanted(string code) => code == CallOutcome.Ok || (limited && code == "rate_limited");

    /// <summary>Notes that a request begins, which <see cref="Add"/> is to follow.</summary>
    public void Begin() => Interlocked.Increment(ref _begun);

    /// <summary>Waits for the requests that still run, and counts as failed what has not ended by then.</summary>
    public async Task CloseAsync(TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        while (Total < Begun && Stopwatch.GetElapsedTime(began) < limit)
        {
            await Task.Delay(20);
        }

        lock (_gate)
        {
            _isClosed = true;
            if (Begun - Total is > 0 and var left)
            {
                _codes[CallOutcome.Unfinished] = left;
            }
        }
    }

    /// <summary>Counts a request.</summary>
    public void Add(in CallOutcome outcome)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return; // counted as unfinished
            }

            _codes.AddOrUpdate(outcome.Code, 1, static (_, count) => count + 1);
        }

        Interlocked.Add(ref _chunks, outcome.Chunks);
        Interlocked.Add(ref _stalls, outcome.Stalls);
        Interlocked.Add(ref _bytes, outcome.Bytes);
        if (outcome.FirstChunk != 0)
        {
            FirstChunks.Add(Stopwatch.GetElapsedTime(outcome.Began, outcome.FirstChunk));
        }

        if (outcome.IsOk)
        {
            Times.Add(Stopwatch.GetElapsedTime(outcome.Began, outcome.Ended));
            if (limited)
            {
                _admitted.Add((outcome.Began, outcome.Answered));
            }
        }
        else if (outcome.Code == "rate_limited" && outcome.RetryAfter is not >= 1)
        {
            Interlocked.Increment(ref _refusedWithoutRetryAfter);
        }

        var gap = outcome.LongestGap.Ticks;
        for (var longest = Interlocked.Read(ref _longestGap); gap > longest; longest = Interlocked.Read(ref _longestGap))
        {
            Interlocked.CompareExchange(ref _longestGap, gap, longest);
        }
    }
}
