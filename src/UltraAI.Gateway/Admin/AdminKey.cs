using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Admin;

/// <summary>A virtual key as the admin API shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Options">Scope, limits and budget, without any secret.</param>
/// <param name="Stored">What the store holds of it; null for a key of the configuration.</param>
internal sealed record AdminKey(string Name, VirtualKeyOptions Options, StoredVirtualKey? Stored)
{
    public AdminKey(VirtualKey configured)
        : this(configured.Name, configured.Options, null)
    {
    }

    public AdminKey(StoredVirtualKey stored)
        : this(stored.Name, OptionsOf(stored), stored)
    {
    }

    /// <summary>The entity tag: the revision in quotes; null for a key of the configuration, which nobody can change here.</summary>
    public string? ETag => Stored is { } stored ? $"\"{stored.Revision}\"" : null;

    // What this version can't read is not in force.
    private static VirtualKeyOptions OptionsOf(StoredVirtualKey stored) =>
        VirtualKeySettings.TryRead(stored.Settings, out var options) ? options : new VirtualKeyOptions { Enabled = false };
}
