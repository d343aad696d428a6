using System.Runtime.CompilerServices;

namespace UltraAI.Gateway.Tests;

/// <summary>The tests run with the scheduling that the product runs with.</summary>
internal static class ProductionScheduling
{
#pragma warning disable CA2255 // It has to be set before the first socket, whichever test comes first.
    [ModuleInitializer]
    public static void Enable() => InlineScheduling.Enable();
#pragma warning restore CA2255
}
