using System.Globalization;

namespace UltraAI.Gateway.Compare.Upstream;

/// <summary>How the upstream streams, and what it has seen. Both are reached over its own port, at <c>/__stats</c> and <c>/__set</c>.</summary>
internal sealed class UpstreamState
{
    private long _requests;
    private long _refused;
    private long _connections;
    private long _openStreams;

    /// <summary>Gets the chunks of a stream.</summary>
    public int Chunks { get; private set; } = 100;

    /// <summary>Gets the time between two chunks.</summary>
    public TimeSpan Interval { get; private set; } = TimeSpan.FromMilliseconds(20);

    public void CountRequest() => Interlocked.Increment(ref _requests);

    /// <summary>A request without the credential.</summary>
    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void CountConnection() => Interlocked.Increment(ref _connections);

    public void CountStream(int change) => Interlocked.Add(ref _openStreams, change);

    public string ToText() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Interlocked.Read(ref _requests)} {Interlocked.Read(ref _refused)} {Interlocked.Read(ref _connections)} {Interlocked.Read(ref _openStreams)}");

    /// <param name="target">Such as <c>/__set?100,20</c>: chunks, and milliseconds between them.</param>
    public void Set(string target)
    {
        var values = target[(target.IndexOf('?', StringComparison.Ordinal) + 1)..].Split(',');
        Chunks = int.Parse(values[0], CultureInfo.InvariantCulture);
        Interval = TimeSpan.FromMilliseconds(int.Parse(values[1], CultureInfo.InvariantCulture));
    }
}
