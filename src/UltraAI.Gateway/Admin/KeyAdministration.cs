using System.Text.Json.Nodes;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admin;

/// <summary>Reads virtual keys of both sources, and makes, changes and deletes those of the store.</summary>
internal sealed class KeyAdministration(
    IConfiguredVirtualKeys configured,
    IVirtualKeyStore store,
    CombinedVirtualKeys inForce,
    IProviderSource providers,
    TimeProvider time)
{
    /// <summary>Most keys that the store may hold.</summary>
    public const int MaxStoredKeys = 10_000;

    private const int MaxAttempts = 5;

    /// <summary>All keys by name. One of the configuration takes the place of one of the store with the same name.</summary>
    public async Task<IReadOnlyList<AdminKey>> ListAsync(CancellationToken cancellationToken)
    {
        var keys = new SortedDictionary<string, AdminKey>(StringComparer.Ordinal);
        foreach (var stored in await store.ListAsync(cancellationToken))
        {
            keys[stored.Name] = new AdminKey(stored);
        }

        foreach (var key in configured.VirtualKeys.Entries.Values)
        {
            keys[key.Name] = new AdminKey(key);
        }

        return [.. keys.Values];
    }

    /// <exception cref="AdminException">There is no such key.</exception>
    public async Task<AdminKey> GetAsync(string name, CancellationToken cancellationToken) =>
        FindConfigured(name) is { } key ? new AdminKey(key)
        : VirtualKeyBuilder.IsName(name) && await store.GetAsync(name, cancellationToken) is { } stored ? new AdminKey(stored)
        : throw NotFound(name);

    /// <summary>Makes a key.</summary>
    /// <param name="body">Its name, scope, limits and budget.</param>
    /// <param name="cancellationToken">Ends the checks; once the key is being written, it is written.</param>
    /// <returns>The key, and its secret, which is nowhere else.</returns>
    public async Task<(AdminKey Key, string Secret)> CreateAsync(JsonObject body, CancellationToken cancellationToken)
    {
        var faults = new AdminFaults();
        var options = KeyReader.Read(body, faults, out var name);
        CheckRules(options, faults);
        if (name is null)
        {
            faults.AddOption("Name", "is missing.");
        }
        else if (!VirtualKeyBuilder.IsName(name))
        {
            faults.AddOption("Name", VirtualKeyBuilder.NameRule);
        }
        else if (FindConfigured(name) is not null || await store.GetAsync(name, cancellationToken) is not null)
        {
            faults.AddOption("Name", $"there is a key '{name}' already.");
        }

        faults.ThrowIfAny();
        if (inForce.StoredCount >= MaxStoredKeys)
        {
            throw Conflict($"The store holds {inForce.StoredCount} keys, as many as it may; delete some.");
        }

        var secret = VirtualKeySecret.New();
        var made = new StoredVirtualKey
        {
            Name = name!,
            Digest = KeyDigest.Of(secret),
            Settings = VirtualKeySettings.Write(options),
            CreatedAt = time.GetUtcNow(),
        };
        if (await store.PutAsync(made, expectedRevision: 0, CancellationToken.None) is not { } stored)
        {
            faults.AddOption("Name", $"there is a key '{name}' already.");
            throw faults.ToException();
        }

        await TakeIntoForceAsync();
        return (new AdminKey(stored), secret);
    }

    /// <summary>Puts a merge patch over a key's settings.</summary>
    /// <returns>The key, and the names of the properties that are other than before.</returns>
    public async Task<(AdminKey Key, IReadOnlyList<string> Changed)> ChangeAsync(string name, JsonObject patch, IfMatch condition, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> changed = [];
        var key = await WriteAsync(name, condition, Change, cancellationToken);
        return (key, changed);

        StoredVirtualKey Change(StoredVirtualKey current)
        {
            var before = SettingsOf(current);
            var options = Patched(name, before, patch);
            changed = Differences(before, VirtualKeySettings.ToTree(options));
            return changed.Count == 0 ? current : current with { Settings = VirtualKeySettings.Write(options) };
        }
    }

    /// <summary>Gives a key a new secret.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="grace">How long the old secret still works; zero: it ends at once, and with it those of earlier rotations.</param>
    /// <param name="condition">What the client expects to change.</param>
    /// <param name="cancellationToken">Ends the checks; once the key is being written, it is written.</param>
    public async Task<(AdminKey Key, string Secret)> RotateAsync(string name, TimeSpan grace, IfMatch condition, CancellationToken cancellationToken)
    {
        var secret = VirtualKeySecret.New();
        var key = await WriteAsync(name, condition, Rotate, cancellationToken);
        return (key, secret);

        StoredVirtualKey Rotate(StoredVirtualKey current) => OldSecrets.Rotate(current, KeyDigest.Of(secret), time.GetUtcNow(), grace)
            ?? throw Conflict($"{OldSecrets.Most} old secrets of virtual key '{name}' still work; rotate without grace, which ends them all, or wait until one has ended.");
    }

    public async Task DeleteAsync(string name, IfMatch condition, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = await GetStoredAsync(name, condition, cancellationToken);
            if (await store.DeleteAsync(name, current.Revision, CancellationToken.None))
            {
                await TakeIntoForceAsync();
                return;
            }
        }

        throw ChangedMeanwhile(name);
    }

    private async Task<AdminKey> WriteAsync(string name, IfMatch condition, Func<StoredVirtualKey, StoredVirtualKey> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = await GetStoredAsync(name, condition, cancellationToken);
            var next = change(current);
            if (ReferenceEquals(next, current))
            {
                return new AdminKey(current);
            }

            // Once begun it goes through, whether the client waits or not: what is done is also logged.
            if (await store.PutAsync(next, current.Revision, CancellationToken.None) is { } written)
            {
                await TakeIntoForceAsync();
                return new AdminKey(written);
            }
        }

        throw ChangedMeanwhile(name);
    }

    private async Task<StoredVirtualKey> GetStoredAsync(string name, IfMatch condition, CancellationToken cancellationToken)
    {
        var key = await GetAsync(name, cancellationToken);
        if (key.Stored is null)
        {
            throw Conflict($"Virtual key '{name}' is of the configuration; change it there.");
        }

        condition.Check(key);
        return key.Stored;
    }

    /// <summary>Other instances notice by themselves; here it has to hold when the answer goes out.</summary>
    private async Task TakeIntoForceAsync()
    {
        try
        {
            await inForce.RefreshAsync(CancellationToken.None);
        }
        catch (StoreException)
        {
            // The change is done; it is noticed as on the other instances as soon as the store answers.
        }
    }

    private VirtualKeyOptions Patched(string name, JsonObject before, JsonObject patch)
    {
        // The patch alone is looked at, too: a null takes nothing away where there is nothing, but its name has to be right.
        var faults = new AdminFaults();
        KeyReader.Read(patch, faults, out var newName);
        if (newName is not null && newName != name)
        {
            faults.AddOption("Name", "can't be changed; make another key.");
        }

        var after = before.DeepClone().AsObject();
        MergePatch.Apply(after, patch);
        var options = KeyReader.Read(after, faults, out _);
        CheckRules(options, faults, KeyReader.Read(before, new AdminFaults(), out _));
        faults.ThrowIfAny();
        return options;
    }

    // What the key has named before is no fault of this change: a key of a provider that is gone can still be turned off.
    private void CheckRules(VirtualKeyOptions options, AdminFaults faults, VirtualKeyOptions? before = null)
    {
        var former = before?.Credentials ?? [];
        var known = providers.Providers.All.ToDictionary(
            provider => provider.Name,
            IReadOnlyCollection<string> (provider) => [.. provider.Credentials.Select(credential => credential.Name).Union(former, StringComparer.Ordinal)],
            StringComparer.Ordinal);
        foreach (var name in before?.Providers ?? [])
        {
            known.TryAdd(name, former);
        }

        new VirtualKeyBuilder(known, faults.AddOption).Build("", options);
    }

    private static JsonObject SettingsOf(StoredVirtualKey stored) => VirtualKeySettings.TryRead(stored.Settings, out var options)
        ? VirtualKeySettings.ToTree(options)
        : throw Conflict($"This version can't read the settings of virtual key '{stored.Name}'; a newer one has written them.");

    private static IReadOnlyList<string> Differences(JsonObject before, JsonObject after) =>
    [
        .. before.Select(property => property.Key).Union(after.Select(property => property.Key), StringComparer.Ordinal)
            .Where(name => !JsonNode.DeepEquals(before[name], after[name])).Order(StringComparer.Ordinal),
    ];

    private VirtualKey? FindConfigured(string name) =>
        configured.VirtualKeys.Entries.Values.FirstOrDefault(key => string.Equals(key.Name, name, StringComparison.Ordinal));

    private static AdminException NotFound(string name) => new(new AdminProblem(
        StatusCodes.Status404NotFound, ErrorCode.NotFound, VirtualKeyBuilder.IsName(name) ? $"There is no virtual key '{name}'." : "There is no such virtual key."));

    private static AdminException ChangedMeanwhile(string name) => Conflict($"Virtual key '{name}' is being changed by others; try again.");

    private static AdminException Conflict(string detail) => new(new AdminProblem(StatusCodes.Status409Conflict, ErrorCode.InvalidRequest, detail));
}
