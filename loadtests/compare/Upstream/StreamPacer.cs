using System.Diagnostics;
using UltraAI.Gateway.Compare.Processes;

namespace UltraAI.Gateway.Compare.Upstream;

/// <summary>Sends each stream's next chunk when it is due, all on one thread.</summary>
internal sealed class StreamPacer
{
    private readonly UpstreamState _state;
    private readonly object _lock = new();
    private readonly PriorityQueue<UpstreamConnection, long> _due = new();

    public StreamPacer(UpstreamState state)
    {
        _state = state;
        new Thread(Run) { IsBackground = true, Name = "pacer" }.Start();
    }

    /// <summary>Begins a stream whose head and first chunk are sent by the caller.</summary>
    public void Add(UpstreamConnection stream)
    {
        lock (_lock)
        {
            _due.Enqueue(stream, Next(Stopwatch.GetTimestamp()));
            Monitor.Pulse(_lock);
        }
    }

    private long Next(long last) => last + (long)(_state.Interval.TotalSeconds * Stopwatch.Frequency);

    private void Run()
    {
        PreciseSleep.PrepareThread();
        while (true)
        {
            UpstreamConnection? stream;
            long due;
            lock (_lock)
            {
                while (!_due.TryPeek(out stream, out due))
                {
                    Monitor.Wait(_lock);
                }
            }

            // A stream that began in the meantime is due later than the one that is waited for, or by at most this much late.
            var now = Stopwatch.GetTimestamp();
            if (due > now)
            {
                PreciseSleep.Until(Math.Min(due, now + (Stopwatch.Frequency / 100)));
                continue;
            }

            lock (_lock)
            {
                _due.TryDequeue(out stream!, out due); // the same one, or one that is due earlier
            }

            if (stream.SendNextChunk())
            {
                lock (_lock)
                {
                    _due.Enqueue(stream, Next(due));
                }
            }
        }
    }
}
