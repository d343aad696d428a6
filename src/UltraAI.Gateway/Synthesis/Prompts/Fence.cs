using System.Security.Cryptography;
using System.Text;

namespace UltraAI.Gateway.Synthesis.Prompts;

/// <summary>Marks off untrusted text in a prompt, with tags that only the gateway can have written: they carry a nonce of one call.</summary>
/// <remarks>
/// What is put in is cleaned first: characters that nobody sees, the nonce, and whatever looks like one of these tags. The newline after the opening and the one
/// before the closing tag belong to the fence.
/// </remarks>
internal sealed class Fence(string nonce)
{
    private const int NonceHexDigits = 32;

    private static readonly string[] Tags = ["<draft", "</draft", "<revision", "</revision", "<critique", "</critique"];

    /// <summary>128 bits, in hexadecimal.</summary>
    public string Nonce => nonce;

    /// <summary>A fence with a nonce from the system's random source.</summary>
    public static Fence Create() => new(RandomNumberGenerator.GetHexString(NonceHexDigits, lowercase: true));

    /// <param name="id">The draft's letter, or <c>own</c>.</param>
    /// <param name="text">Untrusted.</param>
    public string Draft(string id, string text) => Around("draft", $"id=\"{id}\" ", text);

    /// <summary>What reviewers said about a draft.</summary>
    public string Critique(string id, string text) => Around("critique", $"id=\"{id}\" ", text);

    /// <summary>A revision that was not accepted.</summary>
    public string Revision(string id, string text) => Around("revision", $"id=\"{id}\" ", text);

    /// <summary>One message of the conversation, where it is shown as data.</summary>
    /// <param name="role">One of the roles of the API; never free text.</param>
    /// <param name="text">Untrusted.</param>
    public string Turn(string role, string text) => Around("turn", $"role=\"{role}\" ", text);

    /// <summary>The text as it may stand in a fence with this nonce.</summary>
    public string Clean(string text)
    {
        // In this order: taking out a character can join what makes a nonce, and taking out a nonce what makes a tag.
        var clean = WithoutInvisible(text);
        while (clean.Contains(nonce, StringComparison.OrdinalIgnoreCase))
        {
            clean = clean.Replace(nonce, "", StringComparison.OrdinalIgnoreCase);
        }

        return WithoutTags(clean);
    }

    private string Around(string tag, string attributes, string text) => $"<{tag} {attributes}k=\"{nonce}\">\n{Clean(text)}\n</{tag} k=\"{nonce}\">";

    private static string WithoutInvisible(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune.Value))
            {
                clean.Append(rune);
            }
        }

        return clean.ToString();
    }

    // Zero-width space, direction marks, embeddings and isolates, invisible operators, tags. The joiners U+200C and U+200D stay: Persian, Hindi and emoji need them.
    private static bool IsInvisible(int rune) => rune is 0x200B or 0x200E or 0x200F
        or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x2069) or (>= 0xE0000 and <= 0xE007F);

    private static string WithoutTags(string text)
    {
        var clean = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (rest.IndexOf('<') is var start and >= 0)
        {
            clean.Append(rest[..start]).Append(IsTag(rest[start..]) ? "&lt;" : "<");
            rest = rest[(start + 1)..];
        }

        return clean.Append(rest).ToString();
    }

    private static bool IsTag(ReadOnlySpan<char> text)
    {
        foreach (var tag in Tags)
        {
            if (text.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
