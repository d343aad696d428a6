using System.Text;

namespace UltraAI.Gateway.Keys;

/// <summary>The query parameter <c>key</c>, found and cut out by string surgery so that every other byte of the target stays.</summary>
internal static class QueryKey
{
    /// <returns>The target without any parameter of that name.</returns>
    public static string Take(string target, out string? key, out bool isRepeated)
    {
        key = null;
        isRepeated = false;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            return target;
        }

        StringBuilder? kept = null;
        var position = question + 1;
        while (position <= target.Length)
        {
            var end = target.IndexOf('&', position);
            if (end < 0)
            {
                end = target.Length;
            }

            if (IsKey(target.AsSpan(position, end - position), out var value))
            {
                isRepeated |= key is not null && key != value;
                key = value;
                kept ??= new StringBuilder(target.Length).Append(target, 0, position);
            }
            else
            {
                kept?.Append(target, position, end - position).Append('&');
            }

            position = end + 1;
        }

        if (kept is null)
        {
            return target;
        }

        // One separator is left over: the '&' before what was cut, or the '?' when nothing else is there.
        if (kept[^1] is '&' or '?')
        {
            kept.Length--;
        }

        return kept.ToString();
    }

    /// <summary>Whether a parameter named <c>key</c> holds a virtual key of this gateway.</summary>
    public static bool HoldsVirtualKey(string target, VirtualKeyTable keys)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            return false;
        }

        var query = target.AsSpan(question + 1);
        foreach (var range in query.Split('&'))
        {
            if (IsKey(query[range], out var value) && keys.Find(value) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsKey(ReadOnlySpan<char> pair, out string value)
    {
        value = "";
        var equals = pair.IndexOf('=');
        var name = equals < 0 ? pair : pair[..equals];
        if (name.Length is < 3 or > 9)
        {
            return false;
        }

        if (!name.SequenceEqual("key") && (!name.Contains('%') || Uri.UnescapeDataString(name) != "key"))
        {
            return false;
        }

        value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
        return true;
    }
}
