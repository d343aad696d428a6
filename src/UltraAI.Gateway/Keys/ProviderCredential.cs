using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Keys;

/// <summary>A real credential. It can be put into a request and be masked in an answer; it prints as <c>[redacted]</c>.</summary>
internal sealed class ProviderCredential
{
    public const string Mask = "[redacted]";

    private readonly string _secret;
    private readonly string _bearer;
    private readonly string[] _forms;
    private readonly byte[][] _formsUtf8;

    public ProviderCredential(string name, string secret)
    {
        Name = name;
        _secret = secret;
        _bearer = "Bearer " + secret;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)).AsSpan(0, 6));

        // What a provider may make of it when it quotes it: as it is, in a URL, in a JSON string.
        _forms = new[]
        {
            secret,
            Uri.EscapeDataString(secret),
            JsonEncodedText.Encode(secret).ToString(),
            JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
            secret.Replace("/", "\\/", StringComparison.Ordinal),
        }.Distinct(StringComparer.Ordinal).ToArray();
        _formsUtf8 = [.. _forms.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The name that the configuration gave it.</summary>
    public string Name { get; }

    /// <summary>Tells one secret of the same name from the next one; it says nothing about it.</summary>
    public string Fingerprint { get; }

    /// <summary>Its share of the calls, against those of the provider's other credentials.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Puts the credential into the one field that the provider wants it in.</summary>
    public void WriteTo(HttpRequestHeaders fields, CredentialField field) =>
        fields.TryAddWithoutValidation(field.Name, field.IsBearer ? _bearer : _secret);

    public bool SameSecretAs(ProviderCredential? other) => other is not null && string.Equals(_secret, other._secret, StringComparison.Ordinal);

    public bool IsIn(ReadOnlySpan<char> text)
    {
        // No form is shorter than the secret itself.
        if (text.Length < _secret.Length)
        {
            return false;
        }

        foreach (var form in _forms)
        {
            if (text.Contains(form, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public bool IsIn(ReadOnlySpan<byte> text)
    {
        foreach (var form in _formsUtf8)
        {
            if (text.IndexOf(form) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text with the mask in the credential's place.</summary>
    public string Masked(string text)
    {
        foreach (var form in _forms)
        {
            text = text.Replace(form, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The bytes with the mask in the credential's place.</summary>
    public byte[] Masked(ReadOnlySpan<byte> text) => Encoding.Latin1.GetBytes(Masked(Encoding.Latin1.GetString(text)));

    public override string ToString() => Mask;
}
