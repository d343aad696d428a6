using System.Text.Json;
using System.Text.Json.Serialization;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Keys;

/// <summary>A stored virtual key as one text: its revision, a space, and a JSON object. The script <c>VirtualKeyPut.lua</c> looks at the revision only.</summary>
internal static class StoredVirtualKeyText
{
    /// <returns>The JSON object without the revision.</returns>
    public static string Write(StoredVirtualKey key) => JsonSerializer.Serialize(
        new StoredVirtualKeyFields(key.Digest.ToString(), key.Settings, key.CreatedAt, key.PreviousDigest?.ToString(), key.PreviousValidUntil, key.Earlier),
        StoredVirtualKeyJsonContext.Default.StoredVirtualKeyFields);

    /// <exception cref="StoreException">It is not such a text.</exception>
    public static StoredVirtualKey Read(string name, string text)
    {
        try
        {
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            var fields = JsonSerializer.Deserialize(text.AsSpan(space + 1), StoredVirtualKeyJsonContext.Default.StoredVirtualKeyFields);
            if (fields is not null && long.TryParse(text.AsSpan(0, Math.Max(0, space)), out var revision) && KeyDigest.TryParse(fields.Digest, out var digest))
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
            // Told below, without the text.
        }

        throw new StoreException($"Redis holds a virtual key '{name}' that this version can't read.");
    }
}

internal sealed record StoredVirtualKeyFields(
    string Digest, string Settings, DateTimeOffset CreatedAt, string? PreviousDigest, DateTimeOffset? PreviousValidUntil, string? Earlier = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(StoredVirtualKeyFields))]
internal sealed partial class StoredVirtualKeyJsonContext : JsonSerializerContext;
