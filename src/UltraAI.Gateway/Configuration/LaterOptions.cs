using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Configuration;

/// <summary>Options that are documented but that this version does not have: they are refused, never silently ignored.</summary>
internal static class LaterOptions
{
    private static readonly Dictionary<Type, string[]> Names = new()
    {
        [typeof(AdminOptions)] = ["Port"],
    };

    public static bool Contain(Type type, string name) =>
        Names.TryGetValue(type, out var names) && names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
