using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Simulator.Dialects.OpenAI;

/// <summary>An uploaded file; of a long one only the start is kept.</summary>
internal sealed record StoredFile(string Id, string FileName, string Purpose, byte[] Content, long Length, long CreatedAt)
{
    public JsonObject ToJson() => new()
    {
        ["object"] = "file",
        ["id"] = Id,
        ["purpose"] = Purpose,
        ["filename"] = FileName,
        ["bytes"] = Length,
        ["created_at"] = CreatedAt,
        ["expires_at"] = null,
        ["status"] = "processed",
        ["status_details"] = null,
    };
}
