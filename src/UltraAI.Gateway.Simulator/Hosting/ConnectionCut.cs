using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Ends a connection in the middle of an answer, so that the client gets all that was sent before.</summary>
internal static class ConnectionCut
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task ApplyAsync(HttpContext context)
    {
        // NOTE: it may seem simpler to abort the connection at once. HOWEVER that is a reset, which may overtake what the client has not read yet.
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IConnectionSocketFeature>() is { } feature)
        {
            try
            {
                feature.Socket.Shutdown(SocketShutdown.Send);
                await Task.Delay(Patience, TimeProvider.System, context.RequestAborted);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client closed its side too.
            }
        }

        context.Abort();
    }
}
