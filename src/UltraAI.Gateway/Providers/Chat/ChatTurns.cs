namespace UltraAI.Gateway.Providers.Chat;

/// <summary>A conversation as providers see it that know two speakers: system text apart, and neighbours of the same side taken together.</summary>
internal static class ChatTurns
{
    /// <summary>The messages of each turn, without system and developer.</summary>
    public static IEnumerable<(bool IsAssistant, IReadOnlyList<ChatMessage> Messages)> Of(ChatRequest request)
    {
        var turn = new List<ChatMessage>();
        foreach (var message in request.Messages)
        {
            if (IsSystem(message) || IsBlank(message))
            {
                continue;
            }

            if (turn.Count > 0 && IsAssistant(turn[0]) != IsAssistant(message))
            {
                yield return (IsAssistant(turn[0]), turn);
                turn = [];
            }

            turn.Add(message);
        }

        if (turn.Count > 0)
        {
            yield return (IsAssistant(turn[0]), turn);
        }
    }

    /// <summary>The texts of all system and developer messages, in order, blank ones left out.</summary>
    public static IEnumerable<string> SystemTexts(ChatRequest request) =>
        request.Messages.Where(IsSystem).SelectMany(message => message.Parts.OfType<TextPart>()).Select(part => part.Text).Where(text => !string.IsNullOrWhiteSpace(text));

    /// <summary>The text of a tool's message.</summary>
    public static string TextOf(ChatMessage message) => string.Concat(message.Parts.OfType<TextPart>().Select(part => part.Text));

    /// <summary>Whether the conversation stands within a tool loop: a call of a tool after the user's last words.</summary>
    public static bool IsInToolLoop(ChatRequest request)
    {
        for (var at = request.Messages.Count - 1; at >= 0 && request.Messages[at].Role != ChatRole.User; at--)
        {
            if (request.Messages[at].ToolCalls.Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What is in neither user's nor assistant's messages can't be answered.</summary>
    public static bool HasAny(ChatRequest request) => request.Messages.Any(message => !IsSystem(message) && !IsBlank(message));

    private static bool IsSystem(ChatMessage message) => message.Role is ChatRole.System or ChatRole.Developer;

    // Providers with turns refuse empty ones.
    private static bool IsBlank(ChatMessage message) =>
        message.ToolCallId is null && message.ToolCalls.Count == 0 && message.Parts.All(part => part is TextPart { Text: var text } && string.IsNullOrWhiteSpace(text));

    private static bool IsAssistant(ChatMessage message) => message.Role == ChatRole.Assistant;
}
