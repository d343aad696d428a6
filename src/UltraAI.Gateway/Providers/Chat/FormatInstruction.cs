namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Asks for a form in words, of models that can't be held to it.</summary>
internal static class FormatInstruction
{
    /// <summary>The instruction; null for text.</summary>
    public static string? For(ChatResponseFormat? format) => format?.Kind switch
    {
        ChatFormatKind.JsonObject => "Answer with one JSON object and nothing else: no code fence, no words around it.",
        ChatFormatKind.JsonSchema => "Answer with JSON that follows this JSON schema, and nothing else: no code fence, no words around it.\n" + format.Schema,
        _ => null,
    };
}
