using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;

namespace UltraAI.Gateway.Simulator.Dialects;

/// <summary>What a model was asked, whatever the dialect: collected text, attachments, and the last question.</summary>
internal sealed class Prompt(string model)
{
    private readonly StringBuilder _text = new();
    private int _attachments;

    public string Model { get; } = model;

    /// <summary>Gets the text of the user's last turn.</summary>
    public string Question { get; private set; } = "";

    /// <summary>Gets whether the last turn is a question of the user (not the result of a tool).</summary>
    public bool EndsWithQuestion { get; private set; }

    public ulong Seed => Fnv.Hash(Model + "\n" + _text);

    public int InputTokens => Tokens.Count(_text.ToString()) + (_attachments * Tokens.PerAttachment);

    /// <summary>Gets how many of the input tokens are marked to be cached.</summary>
    public int MarkedTokens { get; private set; }

    /// <summary>Gets the hash of what is marked to be cached.</summary>
    public ulong MarkedHash { get; private set; }

    public void AddText(string? text) => _text.Append(text);

    public void AddAttachment() => _attachments++;

    public void AddTools(JsonNode? tools)
    {
        if (tools is not null)
        {
            _text.Append(Json.Text(tools));
        }
    }

    /// <summary>Marks everything so far when the part says that it ends a cached prefix.</summary>
    public void MarkIfCached(JsonNode? part)
    {
        if (part.Object("cache_control") is not null)
        {
            MarkedTokens = InputTokens;
            MarkedHash = Seed;
        }
    }

    /// <summary>Adds a turn whose content is text, or parts: those with a <c>text</c> are text, others attachments.</summary>
    public void AddTurn(bool isUser, JsonNode? content, Func<JsonNode, bool>? isToolResult = null)
    {
        var start = _text.Length;
        var parts = content as JsonArray ?? [content?.DeepClone()];
        var hasToolResult = false;
        foreach (var part in parts)
        {
            if ((part.AsText() ?? part.String("text")) is { } text)
            {
                AddText(text);
            }
            else if (part is not null && isToolResult?.Invoke(part) == true)
            {
                hasToolResult = true;
                AddText(Json.Text(part));
            }
            else if (part is not null)
            {
                AddAttachment();
            }

            MarkIfCached(part);
        }

        EndsWithQuestion = isUser && !hasToolResult;
        if (EndsWithQuestion)
        {
            Question = _text.ToString(start, _text.Length - start);
        }
    }
}
