using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Tests.Providers.Chat;

/// <summary>Tool choices by name, for theories.</summary>
internal static class ToolChoices
{
    public static ChatToolChoice Of(string choice) => choice switch
    {
        "none" => new ChatToolChoice(ChatToolChoiceMode.None),
        "required" => new ChatToolChoice(ChatToolChoiceMode.Required),
        "named" => new ChatToolChoice(ChatToolChoiceMode.Named, "get_weather"),
        _ => new ChatToolChoice(ChatToolChoiceMode.Auto),
    };
}
