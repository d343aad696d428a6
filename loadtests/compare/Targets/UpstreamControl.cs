using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace UltraAI.Gateway.Compare.Targets;

/// <summary>What the upstream has seen.</summary>
internal readonly record struct UpstreamStats(long Requests, long Refused, long Connections, long OpenStreams);

/// <summary>Asks the upstream what it saw, and tells it how to stream.</summary>
internal sealed class UpstreamControl(int port)
{
    public Task<UpstreamStats> StatsAsync() => AskAsync("/__stats");

    public Task<UpstreamStats> SetAsync(int chunks, TimeSpan interval) =>
        AskAsync(string.Create(CultureInfo.InvariantCulture, $"/__set?{chunks},{interval.TotalMilliseconds:F0}"));

    private async Task<UpstreamStats> AskAsync(string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        var buffer = new byte[1024];
        var length = await stream.ReadAsync(buffer);
        var values = Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n\r\n")[1].Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new UpstreamStats(values[0], values[1], values[2], values[3]);
    }
}
