using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>An uploaded file, or one on its way; of a long one only the start is kept.</summary>
internal sealed record StoredFile(string Id, string? DisplayName, string MimeType, byte[] Content, long Length, DateTimeOffset CreatedAt)
{
    private const int LifetimeHours = 48;

    public JsonObject ToJson(string baseAddress) => new()
    {
        ["name"] = "files/" + Id,
        ["displayName"] = DisplayName,
        ["mimeType"] = MimeType,
        ["sizeBytes"] = Length.ToString(CultureInfo.InvariantCulture),
        ["createTime"] = Time(CreatedAt),
        ["updateTime"] = Time(CreatedAt),
        ["expirationTime"] = Time(CreatedAt.AddHours(LifetimeHours)),
        ["sha256Hash"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(Content)))),
        ["uri"] = $"{baseAddress}/v1beta/files/{Id}",
        ["state"] = "ACTIVE",
        ["source"] = "UPLOADED",
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
