namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>The last requests of one provider, bounded in number and in kept body bytes, and who waits for one.</summary>
internal sealed class RequestLog(int limit)
{
    private const long KeptBodyBytes = 64 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<RecordedRequest> _requests = new();
    private readonly Queue<RecordedRequest> _bodies = new();
    private readonly List<Waiter> _waiters = [];
    private long _bodyBytes;

    public IReadOnlyList<RecordedRequest> Snapshot()
    {
        lock (_lock)
        {
            return [.. _requests];
        }
    }

    public void AddArrived(RecordedRequest request)
    {
        lock (_lock)
        {
            if (limit > 0)
            {
                _requests.AddLast(request);
            }

            while (_requests.Count > limit)
            {
                _requests.RemoveFirst();
            }

            Notify(request, wholeBody: false);
        }
    }

    public void AddBody(RecordedRequest request)
    {
        lock (_lock)
        {
            if (request.Body.Length > 0)
            {
                _bodies.Enqueue(request);
                _bodyBytes += request.Body.Length;
            }

            while (_bodies.Count > 1 && (_bodyBytes > KeptBodyBytes || _bodies.Count > limit))
            {
                var oldest = _bodies.Dequeue();
                _bodyBytes -= oldest.Body.Length;
                oldest.DropBody();
            }

            Notify(request, wholeBody: true);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
            _bodies.Clear();
            _bodyBytes = 0;
        }
    }

    public async Task<RecordedRequest> WaitAsync(Func<RecordedRequest, bool> predicate, bool wholeBody, TimeSpan timeout)
    {
        var waiter = new Waiter(predicate, wholeBody);
        lock (_lock)
        {
            var seen = _requests.FirstOrDefault(request => (!wholeBody || request.BodyReceived.IsCompleted) && predicate(request));
            if (seen is not null)
            {
                return seen;
            }

            _waiters.Add(waiter);
        }

        try
        {
            return await waiter.Found.Task.WaitAsync(timeout);
        }
        catch (TimeoutException)
        {
            var seen = string.Join("; ", Snapshot().TakeLast(5).Select(request => $"{request.Method} {request.RawTarget}"));
            throw new TimeoutException($"No such request within {timeout.TotalSeconds} s. The last ones seen: {(seen.Length == 0 ? "none" : seen)}");
        }
        finally
        {
            lock (_lock)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    private void Notify(RecordedRequest request, bool wholeBody)
    {
        foreach (var waiter in _waiters)
        {
            if (waiter.WholeBody == wholeBody && !waiter.Found.Task.IsCompleted && waiter.Predicate(request))
            {
                waiter.Found.TrySetResult(request);
            }
        }
    }

    private sealed record Waiter(Func<RecordedRequest, bool> Predicate, bool WholeBody)
    {
        public TaskCompletionSource<RecordedRequest> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
