using Microsoft.Extensions.Primitives;

namespace UltraAI.Gateway.Keys;

/// <summary>A virtual key that was made at run time, as the store keeps it. Holds no secret.</summary>
internal sealed record StoredVirtualKey
{
    /// <summary>Its name: <c>[a-z0-9-]{1,64}</c>, unique in the store. The store does not know the names of the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the key in force.</summary>
    public required KeyDigest Digest { get; init; }

    /// <summary>Scope, limits and budget as a JSON object; the store does not look into it.</summary>
    /// <value>Empty where the store's entry is damaged: such a key is out of force, and can be deleted.</value>
    public required string Settings { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Set by the store at each write, always higher than any before it in the whole store, also after a deletion. At least 1 once written.</summary>
    public long Revision { get; init; }

    /// <summary>The key before the last rotation, which still works until <see cref="PreviousValidUntil"/>; null if there is none.</summary>
    public KeyDigest? PreviousDigest { get; init; }

    /// <summary>When <see cref="PreviousDigest"/> ends.</summary>
    public DateTimeOffset? PreviousValidUntil { get; init; }

    /// <summary>Keys of rotations before that, which still work, too: see <see cref="OldSecrets"/>. Null if there are none; the store does not look into it.</summary>
    public string? Earlier { get; init; }
}

/// <summary>Keeps the virtual keys that were made at run time: in the embedded file, or in Redis for all instances.</summary>
/// <remarks>For administration and for loading; the request path works on a table in memory. All calls throw <see cref="Storage.StoreException"/> while the store is gone.</remarks>
internal interface IVirtualKeyStore
{
    /// <summary>Signals that keys may have changed, here or on another instance; take a new token before reading.</summary>
    /// <remarks>At once for changes of this process, within about a second for those of others. May signal without a change.</remarks>
    IChangeToken Changed { get; }

    /// <summary>All keys, by name.</summary>
    Task<IReadOnlyList<StoredVirtualKey>> ListAsync(CancellationToken cancellationToken);

    /// <returns>Null if there is no such key.</returns>
    Task<StoredVirtualKey?> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Writes a key, if nobody else has meanwhile.</summary>
    /// <param name="key">What to write; its <see cref="StoredVirtualKey.Revision"/> is not looked at.</param>
    /// <param name="expectedRevision">The revision that this change was made from; 0 for a key that must not exist yet.</param>
    /// <param name="cancellationToken">Gives up waiting; the write may have been done all the same.</param>
    /// <returns>The key with its new revision; null if the store holds another revision than expected, or none.</returns>
    Task<StoredVirtualKey?> PutAsync(StoredVirtualKey key, long expectedRevision, CancellationToken cancellationToken);

    /// <summary>Deletes a key, if nobody has changed it meanwhile.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="expectedRevision">The revision that is to be deleted; null for any.</param>
    /// <param name="cancellationToken">Gives up waiting; the deletion may have been done all the same.</param>
    /// <returns>False if there is no such key, or it has another revision.</returns>
    Task<bool> DeleteAsync(string name, long? expectedRevision, CancellationToken cancellationToken);
}
