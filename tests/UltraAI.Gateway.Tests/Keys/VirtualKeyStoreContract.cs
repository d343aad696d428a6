using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Keys;
using Xunit;

namespace UltraAI.Gateway.Tests.Keys;

/// <summary>What every store of virtual keys does.</summary>
public abstract class VirtualKeyStoreContract
{
    private static readonly StoredVirtualKey TeamA = new()
    {
        Name = "team-a",
        Digest = KeyDigest.Of("uag-a"),
        Settings = """{"models":["gpt-4o*"],"note":"ü \"x\" \n"}""",
        CreatedAt = new DateTimeOffset(2126, 11, 24, 10, 0, 0, TimeSpan.Zero).AddTicks(1),
    };

    private protected abstract IVirtualKeyStore Store { get; }

    [Fact]
    public async Task WhatIsPut_ComesBackWhole()
    {
        var rotated = TeamA with { Name = "b", PreviousDigest = KeyDigest.Of("uag-old"), PreviousValidUntil = TeamA.CreatedAt.AddHours(24), Earlier = "x@1" };
        var first = await Store.PutAsync(TeamA, 0, default);
        var second = await Store.PutAsync(rotated, 0, default);

        Assert.Equal(TeamA with { Revision = first!.Revision }, await Store.GetAsync("team-a", default));
        Assert.Equal(rotated with { Revision = second!.Revision }, await Store.GetAsync("b", default));
        Assert.Equal([second, first], await Store.ListAsync(default));
        Assert.True(first.Revision >= 1 && second.Revision > first.Revision);
        Assert.Null(await Store.GetAsync("c", default));
    }

    [Fact]
    public async Task Put_NeedsTheRevisionThatIsThere()
    {
        var first = await Store.PutAsync(TeamA, 0, default);

        Assert.Null(await Store.PutAsync(TeamA, 0, default));
        Assert.Null(await Store.PutAsync(TeamA with { Name = "b" }, first!.Revision, default));
        var second = await Store.PutAsync(TeamA with { Settings = "{}" }, first.Revision, default);
        Assert.Null(await Store.PutAsync(TeamA, first.Revision, default));

        Assert.Equal(second, await Store.GetAsync("team-a", default));
        Assert.Equal("{}", second?.Settings);
    }

    [Fact]
    public async Task RacingChanges_OneWins()
    {
        var first = await Store.PutAsync(TeamA, 0, default);

        var changes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Store.PutAsync(TeamA, first!.Revision, default)));

        Assert.Single(changes, change => change is not null);
    }

    [Fact]
    public async Task DeletedKey_IsGone_AndItsRevisionNeverComesBack()
    {
        var first = await Store.PutAsync(TeamA, 0, default);

        Assert.False(await Store.DeleteAsync("team-a", first!.Revision + 1, default));
        Assert.True(await Store.DeleteAsync("team-a", first.Revision, default));
        Assert.False(await Store.DeleteAsync("team-a", null, default));
        Assert.Null(await Store.GetAsync("team-a", default));

        var again = await Store.PutAsync(TeamA, 0, default);
        Assert.True(again!.Revision > first.Revision);
        Assert.True(await Store.DeleteAsync("team-a", null, default));
        Assert.Empty(await Store.ListAsync(default));
    }

    [Fact]
    public async Task Changes_AreSignalledAtOnce_AndRefusedOnesAreNot()
    {
        var count = 0;
        using var registration = ChangeToken.OnChange(() => Store.Changed, () => count++);

        var key = await Store.PutAsync(TeamA, 0, default);
        Assert.Equal(1, count);
        await Store.PutAsync(TeamA, 0, default);
        await Store.DeleteAsync("b", null, default);
        Assert.Equal(1, count);
        await Store.DeleteAsync("team-a", key!.Revision, default);
        Assert.Equal(2, count);
    }

    /// <summary>One key that can't be read is out of force and can be deleted; all others are as they were.</summary>
    private protected async Task AssertOneIsDamagedAsync(Func<Task> damageBadAsync)
    {
        await Store.PutAsync(TeamA with { Name = "bad" }, 0, default);
        var good = await Store.PutAsync(TeamA with { Name = "good" }, 0, default);
        await damageBadAsync();

        Assert.Equal(["bad", "good"], (await Store.ListAsync(default)).Select(key => key.Name));
        Assert.Equal(good, (await Store.ListAsync(default))[1]);
        var bad = await Store.GetAsync("bad", default);
        Assert.False(VirtualKeySettings.TryRead(bad!.Settings, out _));

        Assert.True(await Store.DeleteAsync("bad", bad.Revision, default));
        Assert.Equal([good!], await Store.ListAsync(default));
    }
}
