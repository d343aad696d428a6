using System.Threading.Channels;
using UltraAI.Gateway.Forwarding;

namespace UltraAI.Gateway.Admin.Events;

/// <summary>Makes one frame a second and hands the same bytes to all who listen; makes none while nobody does.</summary>
/// <remarks>A listener holds one frame at most: who is slow gets the newest when it can take it, and who takes none for long is let go.</remarks>
internal sealed class EventFeed(IEventFrames frames, DrainState drain, TimeProvider time) : IDisposable
{
    /// <summary>Most listeners at once.</summary>
    public const int MaxListeners = 16;

    /// <summary>How many frames in a row a listener may miss.</summary>
    public const int MaxMissed = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<Listener> _listeners = [];
    private ITimer? _timer;
    private bool _isOn;
    private bool _isEnding;

    /// <summary>How many listen.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _listeners.Count;
            }
        }
    }

    /// <summary>Begins to listen. The first one gets its frame at once.</summary>
    /// <returns>Null if there are as many as there may be, or the gateway is ending.</returns>
    public Listener? TryListen()
    {
        lock (_lock)
        {
            if (_listeners.Count >= MaxListeners || _isEnding || drain.IsDraining)
            {
                return null;
            }

            var listener = new Listener(this);
            _listeners.Add(listener);
            if (!_isOn)
            {
                _isOn = true;
                frames.Restart();
                _timer = time.CreateTimer(static self => ((EventFeed)self!).Tick(), this, TimeSpan.Zero, Interval);
            }

            return listener;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isEnding = true;
            EndAll();
        }
    }

    private void Tick()
    {
        lock (_lock)
        {
            if (!_isOn)
            {
                return;
            }

            if (drain.IsDraining)
            {
                EndAll();
                return;
            }

            var frame = frames.Next();
            foreach (var listener in _listeners)
            {
                listener.Offer(frame);
            }
        }
    }

    private void EndAll()
    {
        foreach (var listener in _listeners)
        {
            listener.End();
        }

        _listeners.Clear();
        Stop();
    }

    private void Leave(Listener listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
            if (_listeners.Count == 0)
            {
                Stop();
            }
        }
    }

    private void Stop()
    {
        _isOn = false;
        _timer?.Dispose();
        _timer = null;
    }

    /// <summary>One who listens; leaves by disposal.</summary>
    internal sealed class Listener : IDisposable
    {
        private readonly EventFeed _feed;
        private readonly Channel<ReadOnlyMemory<byte>> _frames;
        private readonly CancellationTokenSource _lost = new();
        private int _missed;

        public Listener(EventFeed feed)
        {
            _feed = feed;
            _frames = Channel.CreateBounded<ReadOnlyMemory<byte>>(
                new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
                _ => Interlocked.Increment(ref _missed));
        }

        /// <summary>Frames until the gateway ends, or this one has missed too many.</summary>
        public ChannelReader<ReadOnlyMemory<byte>> Frames => _frames.Reader;

        public void Took() => Volatile.Write(ref _missed, 0);

        /// <summary>Cancelled when it is let go because it took nothing.</summary>
        public CancellationToken Lost => _lost.Token;

        public void Offer(ReadOnlyMemory<byte> frame)
        {
            _frames.Writer.TryWrite(frame);
            if (Volatile.Read(ref _missed) >= MaxMissed)
            {
                // Not here and now: what is cancelled would run under the feed's lock.
                _ = _lost.CancelAsync();
            }
        }

        public void End() => _frames.Writer.TryComplete();

        public void Dispose()
        {
            _feed.Leave(this);
            _lost.Dispose();
        }
    }
}
