namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Who speaks.</summary>
internal enum ChatRole
{
    System,

    /// <summary>OpenAI's newer word for system.</summary>
    Developer,

    User,

    Assistant,

    /// <summary>The result of a tool call.</summary>
    Tool,
}

/// <summary>One message of a conversation.</summary>
internal sealed record ChatMessage(ChatRole Role, IReadOnlyList<ChatPart> Parts)
{
    /// <summary>The name of the speaker, for providers that tell several users apart.</summary>
    public string? Name { get; init; }

    /// <summary>The calls of an assistant's message.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>Which call a tool's message answers; null for other roles.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>A message of one piece of text.</summary>
    public static ChatMessage Of(ChatRole role, string text) => new(role, [new TextPart(text)]);
}

/// <summary>A model's call of a tool.</summary>
/// <param name="Id">Joins the call to its result.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON. Of a call in a request it is always an object; of a call in a result it is what the model wrote.</param>
internal sealed record ChatToolCall(string Id, string Name, string Arguments)
{
    /// <summary>Google's thought signature, which it wants back with the call. OpenAI's shape carries it in <c>extra_content.google.thought_signature</c>.</summary>
    /// <remarks>https://ai.google.dev/gemini-api/docs/thought-signatures</remarks>
    public string? Signature { get; init; }
}

/// <summary>A tool that the model may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does; null if it doesn't say.</param>
/// <param name="Parameters">The JSON schema of its arguments, as JSON; null for a tool without arguments.</param>
/// <param name="IsStrict">Whether arguments must follow the schema exactly; null leaves it to the provider.</param>
internal sealed record ChatTool(string Name, string? Description, string? Parameters, bool? IsStrict);

/// <summary>Whether a tool is called.</summary>
internal enum ChatToolChoiceMode
{
    /// <summary>As the model likes.</summary>
    Auto,

    /// <summary>No tool.</summary>
    None,

    /// <summary>Some tool.</summary>
    Required,

    /// <summary>The tool that is named.</summary>
    Named,
}

/// <summary>Whether, and which, tool is called.</summary>
internal sealed record ChatToolChoice(ChatToolChoiceMode Mode, string? Name = null)
{
    /// <summary>Whether the model has to call a tool.</summary>
    public bool IsForced => Mode is ChatToolChoiceMode.Required or ChatToolChoiceMode.Named;
}

/// <summary>What the text of the answer must be.</summary>
internal enum ChatFormatKind
{
    Text,

    /// <summary>Some JSON object.</summary>
    JsonObject,

    /// <summary>JSON that follows a schema.</summary>
    JsonSchema,
}

/// <summary>The form of the answer.</summary>
/// <param name="Kind">Which form.</param>
/// <param name="Name">The schema's name; null without a schema.</param>
/// <param name="Schema">The JSON schema, as JSON; null without a schema.</param>
internal sealed record ChatResponseFormat(ChatFormatKind Kind, string? Name = null, string? Schema = null)
{
    public string? Description { get; init; }

    public bool? IsStrict { get; init; }
}
