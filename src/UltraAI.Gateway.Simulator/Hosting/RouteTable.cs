namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>The endpoints of a dialect, by method and path pattern.</summary>
/// <remarks>
/// A pattern's segments are literals, <c>{name}</c>, <c>{name}:literal</c> (Google's custom methods), or a last <c>{**name}</c> for the rest.
/// Segments of the request are split before they are decoded.
/// </remarks>
internal sealed class RouteTable
{
    private readonly List<(string Method, string[] Pattern, Func<SimulatedCall, Task> Handler)> _routes = [];

    public RouteTable Map(string method, string pattern, Func<SimulatedCall, Task> handler)
    {
        _routes.Add((method, pattern[1..].Split('/'), handler));
        return this;
    }

    /// <summary>Finds the handler and sets the call's route values.</summary>
    /// <param name="call">The call.</param>
    /// <param name="wrongMethod">Whether the path is known, but not with this method.</param>
    public Func<SimulatedCall, Task>? Find(SimulatedCall call, out bool wrongMethod)
    {
        wrongMethod = false;
        var segments = call.Record.Path[1..].Split('/').Select(Uri.UnescapeDataString).ToArray();

        // Over HTTP/2 a WebSocket comes as CONNECT.
        var method = call.Record.Method == "HEAD" || call.Context.WebSockets.IsWebSocketRequest ? "GET" : call.Record.Method;
        foreach (var (routeMethod, pattern, handler) in _routes)
        {
            if (!TryMatch(pattern, segments, out var values))
            {
                continue;
            }

            if (routeMethod == method)
            {
                call.RouteValues = values;
                return handler;
            }

            wrongMethod = true;
        }

        return null;
    }

    private static bool TryMatch(string[] pattern, string[] segments, out Dictionary<string, string> values)
    {
        values = [];
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i].StartsWith("{**", StringComparison.Ordinal))
            {
                values[pattern[i][3..^1]] = string.Join('/', segments[i..]);
                return segments.Length > i;
            }

            if (i >= segments.Length || !TryMatchSegment(pattern[i], segments[i], values))
            {
                return false;
            }
        }

        return pattern.Length == segments.Length;
    }

    private static bool TryMatchSegment(string pattern, string segment, Dictionary<string, string> values)
    {
        if (!pattern.StartsWith('{'))
        {
            return pattern == segment;
        }

        var end = pattern.IndexOf('}', StringComparison.Ordinal);
        var suffix = pattern[(end + 1)..];
        if (segment.Length <= suffix.Length || !segment.EndsWith(suffix, StringComparison.Ordinal))
        {
            return false;
        }

        values[pattern[1..end]] = segment[..^suffix.Length];
        return true;
    }
}
