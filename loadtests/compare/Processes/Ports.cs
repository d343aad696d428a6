using System.Net;
using System.Net.Sockets;

namespace UltraAI.Gateway.Compare.Processes;

/// <summary>Ports of this machine.</summary>
internal static class Ports
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until the port takes connections.</summary>
    /// <exception cref="CompareException">The process has ended, or takes too long.</exception>
    public static async Task WaitAsync(int port, StartedProcess process)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (process.HasEnded)
            {
                throw new CompareException($"It ended by itself: {await process.TailAsync()}");
            }

            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(5);
            }
            catch (SocketException)
            {
                throw new CompareException($"It did not listen within half a minute: {await process.TailAsync()}");
            }
        }
    }
}
