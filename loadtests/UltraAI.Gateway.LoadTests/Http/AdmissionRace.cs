using System.Diagnostics;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>Holds what was admitted to what a limit promises: over any span of <c>t</c> seconds no more than burst + rate × t.</summary>
/// <remarks>
/// When exactly a request was admitted isn't seen from outside, only that it was between its sending and its answer. So a request
/// counts to a span only if all of that lies in it: what exceeds the limit then did so for certain.
/// </remarks>
public static class AdmissionRace
{
    /// <summary>By how many requests the worst span exceeds what the limit allows; zero or less if none does.</summary>
    /// <param name="admitted">When each admitted request was sent and when its answer began, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="perMinute">The configured requests per minute.</param>
    /// <param name="burst">The configured burst.</param>
    public static double WorstExcess(IReadOnlyCollection<(long Began, long Answered)> admitted, double perMinute, double burst)
    {
        if (admitted.Count == 0)
        {
            return -burst;
        }

        // Over all spans [began of one, answered of another]: count - rate × length - burst. From the latest beginning to the
        // earliest, each request adds one to every span that ends at or after its answer.
        var rate = perMinute / 60 / Stopwatch.Frequency;
        var origin = admitted.Min(call => call.Began);
        long[] ends = [.. admitted.Select(call => call.Answered - origin).Distinct().Order()];
        var spans = new SuffixMaximum([.. ends.Select(end => -rate * end)]);
        var worst = double.NegativeInfinity;
        foreach (var (began, answered) in admitted.OrderByDescending(call => call.Began))
        {
            spans.AddFrom(Array.BinarySearch(ends, answered - origin), 1);

            // Spans that end before they begin hold no request, and are the worst of nothing.
            var first = Array.BinarySearch(ends, began - origin);
            worst = Math.Max(worst, spans.MaximumFrom(first < 0 ? ~first : first) + (rate * (began - origin)));
        }

        return worst - burst;
    }

    /// <summary>Numbers to which an amount is added from a place on, and whose largest from a place on is asked for.</summary>
    private sealed class SuffixMaximum
    {
        private readonly int _size;
        private readonly double[] _largest;
        private readonly double[] _added;

        public SuffixMaximum(double[] values)
        {
            _size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)values.Length);
            _largest = new double[2 * _size];
            _added = new double[2 * _size];
            Array.Fill(_largest, double.NegativeInfinity);
            values.CopyTo(_largest, _size);
            for (var node = _size - 1; node > 0; node--)
            {
                _largest[node] = Math.Max(_largest[2 * node], _largest[(2 * node) + 1]);
            }
        }

        public void AddFrom(int place, double amount) => Add(1, 0, _size, place, amount);

        public double MaximumFrom(int place) => Maximum(1, 0, _size, place);

        private void Add(int node, int from, int to, int place, double amount)
        {
            if (place <= from)
            {
                _largest[node] += amount;
                _added[node] += amount;
            }
            else if (place < to)
            {
                var middle = (from + to) / 2;
                Add(2 * node, from, middle, place, amount);
                Add((2 * node) + 1, middle, to, place, amount);
                _largest[node] = Math.Max(_largest[2 * node], _largest[(2 * node) + 1]) + _added[node];
            }
        }

        private double Maximum(int node, int from, int to, int place)
        {
            if (place <= from)
            {
                return _largest[node];
            }

            if (place >= to)
            {
                return double.NegativeInfinity;
            }

            var middle = (from + to) / 2;
            return Math.Max(Maximum(2 * node, from, middle, place), Maximum((2 * node) + 1, middle, to, place)) + _added[node];
        }
    }
}
