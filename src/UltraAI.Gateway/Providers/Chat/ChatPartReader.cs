using System.Buffers.Text;
using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Reads the <c>content</c> of a message.</summary>
internal sealed class ChatPartReader(ChatRequestErrors errors)
{
    public IReadOnlyList<ChatPart> Read(JsonElement content, ChatRole role, string path)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return [new TextPart(content.GetString()!)];
            case JsonValueKind.Array when content.GetArrayLength() > 0:
                return ReadParts(content, role, path);
            case JsonValueKind.Undefined or JsonValueKind.Null when role == ChatRole.Assistant:
                return [];
            default:
                errors.Invalid(path, "'content' must be a string or a non-empty list of parts.");
                return [];
        }
    }

    private List<ChatPart> ReadParts(JsonElement content, ChatRole role, string path)
    {
        var parts = new List<ChatPart>(content.GetArrayLength());
        var index = 0;
        foreach (var item in content.EnumerateArray())
        {
            if (ReadPart(item, role, $"{path}[{index++}]") is { } part)
            {
                parts.Add(part);
            }
        }

        return parts;
    }

    private ChatPart? ReadPart(JsonElement item, ChatRole role, string path)
    {
        switch (item.Text("type"u8))
        {
            case "text":
                return Text(item.Get("text"u8), path + ".text") is { } text ? new TextPart(text) : null;
            case "refusal" when role == ChatRole.Assistant:
                return Text(item.Get("refusal"u8), path + ".refusal") is { } refusal ? new RefusalPart(refusal) : null;
            case "image_url" when role == ChatRole.User:
                return ReadImage(item.Get("image_url"u8), path + ".image_url");
            case "file" when role == ChatRole.User:
                return ReadFile(item.Get("file"u8), path + ".file");
            case "input_audio" when role == ChatRole.User:
                errors.Add(ChatRequestFault.UnsupportedModality, path, "Audio is not supported.");
                return null;
            default:
                errors.Invalid(path + ".type", role switch
                {
                    ChatRole.User => "The type of a user's part must be one of text, image_url, file.",
                    ChatRole.Assistant => "The type of an assistant's part must be one of text, refusal.",
                    _ => "The type of a part of this role must be text.",
                });
                return null;
        }
    }

    private ImagePart? ReadImage(JsonElement image, string path)
    {
        var url = image.Text("url"u8) ?? "";
        var detail = image.Text("detail"u8);
        if (MediaTypes.TryReadDataUrl(url, out var mediaType, out var data) && mediaType.StartsWith("image/", StringComparison.Ordinal))
        {
            return new ImagePart { Data = data, MediaType = mediaType, Detail = detail };
        }

        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp))
        {
            return new ImagePart { Url = url, MediaType = MediaTypes.FromName(address.AbsolutePath), Detail = detail };
        }

        errors.Invalid(path + ".url", "The image's URL must begin with http:// or https://, or be data:image/…;base64,….");
        return null;
    }

    private FilePart? ReadFile(JsonElement file, string path)
    {
        var name = file.Text("filename"u8);
        if (file.Text("file_id"u8) is { Length: > 0 } id)
        {
            return new FilePart { FileId = id, Name = name };
        }

        var data = file.Text("file_data"u8) ?? "";
        if (MediaTypes.TryReadDataUrl(data, out var mediaType, out var bytes))
        {
            return new FilePart { Data = bytes, MediaType = mediaType, Name = name };
        }

        if (data.Length > 0 && Base64.IsValid(data))
        {
            return new FilePart { Data = data, MediaType = MediaTypes.FromName(name) ?? MediaTypes.Pdf, Name = name };
        }

        errors.Invalid(path, "A file must have 'file_id', or 'file_data' as base64 or data:TYPE;base64,….");
        return null;
    }

    private string? Text(JsonElement value, string path)
    {
        if (value.AsText() is { } text)
        {
            return text;
        }

        errors.Invalid(path, "A string is missing.");
        return null;
    }
}
