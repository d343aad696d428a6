using System.Globalization;

namespace UltraAI.Gateway.Keys;

/// <summary>A secret of a key that a rotation has replaced, and that still works.</summary>
/// <param name="Digest">Its SHA-256.</param>
/// <param name="ValidUntil">When it ends.</param>
internal readonly record struct OldSecret(KeyDigest Digest, DateTimeOffset ValidUntil);

/// <summary>The secrets of a key that rotations have replaced, each with the time that it was promised.</summary>
internal static class OldSecrets
{
    /// <summary>How many a key may have at once.</summary>
    public const int Most = 8;

    /// <summary>Those that still work, the last one first.</summary>
    public static IEnumerable<OldSecret> Of(StoredVirtualKey key, DateTimeOffset now) => All(key).Where(secret => secret.ValidUntil > now);

    /// <summary>The key with another secret; its own becomes an old one.</summary>
    /// <param name="key">The key as it is.</param>
    /// <param name="digest">The new secret's.</param>
    /// <param name="now">The time.</param>
    /// <param name="grace">How long its own works on; zero: it and all older ones end now.</param>
    /// <returns>Null if too many would still work.</returns>
    public static StoredVirtualKey? Rotate(StoredVirtualKey key, KeyDigest digest, DateTimeOffset now, TimeSpan grace)
    {
        if (grace == TimeSpan.Zero)
        {
            return key with { Digest = digest, PreviousDigest = null, PreviousValidUntil = null, Earlier = null };
        }

        OldSecret[] earlier = [.. Of(key, now)];
        return earlier.Length >= Most ? null : key with
        {
            Digest = digest,
            PreviousDigest = key.Digest,
            PreviousValidUntil = now + grace,
            Earlier = earlier.Length == 0 ? null : string.Join(' ', earlier.Select(Write)),
        };
    }

    private static IEnumerable<OldSecret> All(StoredVirtualKey key)
    {
        if (key is { PreviousDigest: { } previous, PreviousValidUntil: { } until })
        {
            yield return new OldSecret(previous, until);
        }

        foreach (var text in key.Earlier?.Split(' ') ?? [])
        {
            if (text.Split('@') is [var hex, var ticks] && KeyDigest.TryParse(hex, out var digest) && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                && end <= DateTimeOffset.MaxValue.UtcTicks)
            {
                yield return new OldSecret(digest, new DateTimeOffset(end, TimeSpan.Zero));
            }
        }
    }

    private static string Write(OldSecret secret) => string.Create(CultureInfo.InvariantCulture, $"{secret.Digest}@{secret.ValidUntil.UtcTicks}");
}
