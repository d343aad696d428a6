using System.Runtime.CompilerServices;
using UltraAI.Gateway.Transport.Shards;

namespace UltraAI.Gateway.Tests;

/// <summary>The tests run with the scheduling that the product runs with.</summary>
internal static class ProductionScheduling
{
#pragma warning disable CA2255 // It has to be set before the first socket, whichever test comes first.
    [ModuleInitializer]
    public static void Enable()
    {
        InlineScheduling.Enable();

        // While nobody else makes sockets.
        _ = SocketThreads.Count;
    }
#pragma warning restore CA2255
}
