using System.Diagnostics;
using UltraAI.Gateway.Compare.Upstream;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>Finds the times that the upstream writes into its chunks, and how long ago they were.</summary>
/// <param name="delays">Where they are counted; null to count the chunks only.</param>
internal sealed class ChunkClock(LoadCounts? delays)
{
    private int _digits = -1;
    private long _stamp;

    /// <summary>Gets how many chunks came.</summary>
    public int Count { get; private set; }

    public void Look(ReadOnlySpan<byte> payload)
    {
        while (payload.Length > 0)
        {
            if (_digits < 0)
            {
                var at = payload.IndexOf((byte)'@');
                if (at < 0)
                {
                    return;
                }

                (_digits, _stamp) = (0, 0);
                payload = payload[(at + 1)..];
                continue;
            }

            _stamp = (_stamp * 10) + payload[0] - '0';
            payload = payload[1..];
            if (++_digits == UpstreamAnswers.StampDigits)
            {
                _digits = -1;
                Count++;
                delays?.Add(Stopwatch.GetElapsedTime(0) - TimeSpan.FromTicks(_stamp));
            }
        }
    }
}
