using System.Diagnostics;
using Xunit;

namespace UltraAI.Gateway.Tests.Limits;

/// <summary>Holds admissions against <c>burst + rate × t</c> over windows of every length.</summary>
internal sealed class LimitWindows
{
    private readonly List<(long Before, long After, long Amount)> _admitted = [];
    private readonly Lock _gate = new();

    public long Total
    {
        get
        {
            lock (_gate)
            {
                return _admitted.Sum(admission => admission.Amount);
            }
        }
    }

    /// <param name="before">A time stamp before the decision was asked for.</param>
    /// <param name="amount">What was admitted; below 0: given back.</param>
    public void Add(long before, long amount)
    {
        var after = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            _admitted.Add((before, after, amount));
        }
    }

    /// <summary>Each decision fell somewhere between its two time stamps; no window that they allow may hold more.</summary>
    public void AssertWithin(long burst, double perSecond)
    {
        var admitted = _admitted.OrderBy(admission => admission.After).ToArray();
        for (var first = 0; first < admitted.Length; first++)
        {
            long sum = 0;
            var start = long.MaxValue;
            for (var last = first; last < admitted.Length; last++)
            {
                sum += admitted[last].Amount;
                start = Math.Min(start, admitted[last].Before);
                var seconds = Stopwatch.GetElapsedTime(start, admitted[last].After).TotalSeconds;
                if (sum > burst + (perSecond * seconds) + 1e-6)
                {
                    Assert.Fail($"{sum} admitted within {seconds:0.000} s; {burst} + {perSecond} × t = {burst + (perSecond * seconds):0.0}");
                }
            }
        }
    }
}
