using System.Text.Json;
using System.Text.Json.Serialization;

namespace UltraAI.Gateway.Keys;

/// <summary>A stored virtual key as one text: its revision, a space, and a JSON object. The script <c>VirtualKeyPut.lua</c> looks at the revision only.</summary>
internal static class StoredVirtualKeyText
{
    /// <returns>The JSON object without the revision.</returns>
    public static string Write(StoredVirtualKey key) => JsonSerializer.Serialize(
        new StoredVirtualKeyFields(key.Digest.ToString(), key.Settings, key.CreatedAt, key.PreviousDigest?.ToString(), key.PreviousValidUntil, key.Earlier),
        StoredVirtualKeyJsonContext.Default.StoredVirtualKeyFields);

    /// <returns>Without settings, and so in nobody's force, if it is not such a text: one damaged key must not hide the others.</returns>
    public static StoredVirtualKey Read(string name, string text)
    {
        var space = Math.Max(0, text.IndexOf(' ', StringComparison.Ordinal));
        var hasRevision = long.TryParse(text.AsSpan(0, space), out var revision);
        try
        {
            var fields = JsonSerializer.Deserialize(text.AsSpan(space), StoredVirtualKeyJsonContext.Default.StoredVirtualKeyFields);
            if (hasRevision && fields is { Digest: { } own, Settings: not null } && KeyDigest.TryParse(own, out var digest))
            {
                return new StoredVirtualKey
                {
                    Name = name,
                    Digest = digest,
                    Settings = fields.Settings,
                    CreatedAt = fields.CreatedAt,
                    Revision = revision,
                    PreviousDigest = fields.PreviousDigest is { } hex && KeyDigest.TryParse(hex, out var previous) ? previous : null,
                    PreviousValidUntil = fields.PreviousValidUntil,
                    Earlier = fields.Earlier,
                };
            }
        }
        catch (JsonException)
        {
            // As if it had said nothing.
        }

        return new StoredVirtualKey { Name = name, Digest = default, Settings = "", CreatedAt = default, Revision = revision };
    }
}

internal sealed record StoredVirtualKeyFields(
    string Digest, string Settings, DateTimeOffset CreatedAt, string? PreviousDigest, DateTimeOffset? PreviousValidUntil, string? Earlier = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(StoredVirtualKeyFields))]
internal sealed partial class StoredVirtualKeyJsonContext : JsonSerializerContext;
