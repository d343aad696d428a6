using System.Text;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Synthesis.Calls;

/// <summary>How much input a conversation is, for reservations: by the same estimate as passthrough.</summary>
internal static class InputSize
{
    // Markup around each message and tool, in JSON.
    private const int MarkupBytes = 64;

    /// <returns>LLM tokens, estimated.</returns>
    public static long Of(ChatRequest request)
    {
        var media = MediaBytesOf(request);
        return UsageEstimate.Input(new RequestFacts { Endpoint = ProviderEndpoint.Modelless, BodyBytes = TextBytesOf(request) + media, MediaBytes = media });
    }

    /// <summary>Bytes of base64.</summary>
    public static long MediaBytesOf(ChatRequest request)
    {
        var bytes = 0L;
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                bytes += part switch
                {
                    ImagePart { Data: { } image } => image.Length,
                    FilePart { Data: { } file } => file.Length,
                    _ => 0,
                };
            }
        }

        return bytes;
    }

    private static long TextBytesOf(ChatRequest request) =>
        request.Messages.Sum(message => MarkupBytes
            + message.Parts.Sum(part => part is TextPart text ? (long)Encoding.UTF8.GetByteCount(text.Text) : MarkupBytes)
            + message.ToolCalls.Sum(call => (long)Encoding.UTF8.GetByteCount(call.Arguments) + MarkupBytes))
        + request.Tools.Sum(tool => MarkupBytes + (long)Encoding.UTF8.GetByteCount(tool.Parameters ?? "") + Encoding.UTF8.GetByteCount(tool.Description ?? ""))
        + (request.ResponseFormat?.Schema?.Length ?? 0);
}
