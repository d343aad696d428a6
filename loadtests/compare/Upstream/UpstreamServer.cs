using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UltraAI.Gateway.Compare.Upstream;

/// <summary>A provider that costs as little as it can: bare sockets, answers made in advance.</summary>
internal static class UpstreamServer
{
    /// <summary>Serves until the process is ended. Cleartext HTTP/1.1, and TLS with HTTP/1.1 and with HTTP/2.</summary>
    /// <param name="port">For cleartext.</param>
    /// <param name="tlsPorts">For HTTP/1.1 and for HTTP/2, both over TLS.</param>
    /// <param name="certificate">A PKCS #12 file.</param>
    /// <param name="credential">What requests must carry.</param>
    public static async Task<int> RunAsync(int port, int[] tlsPorts, string certificate, string credential)
    {
        var state = new UpstreamState();
        var pacer = new StreamPacer(state);
        var authorization = Encoding.ASCII.GetBytes("Bearer " + credential);
        await TlsUpstream.StartAsync(tlsPorts, certificate, state, "Bearer " + credential);

        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(16384);
        while (true)
        {
            var socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            _ = new UpstreamConnection(socket, state, pacer, authorization).RunAsync();
        }
    }
}
