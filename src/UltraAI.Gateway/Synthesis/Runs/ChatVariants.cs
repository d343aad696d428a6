using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Prompts;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>What of a client's request each stage passes on, and what it adds.</summary>
internal sealed class ChatVariants(SynthesisPrompts prompts)
{
    private const double LeastSampleTemperature = 0.7;

    /// <summary>The request of a draft: the conversation, without tools, form and stops.</summary>
    public ChatRequest Draft(ChatRequest request, Member member, int maxTokens)
    {
        var messages = WithoutTools(request.Messages);
        if (request.Tools.Count > 0)
        {
            var tools = request.Tools.Select(tool => tool.Description is { } description ? $"{tool.Name}: {description}" : tool.Name);
            messages = WithSystem(messages, prompts.DraftTools(tools));
        }

        return request with
        {
            Messages = messages,
            Tools = [],
            ToolChoice = null,
            ParallelToolCalls = null,
            ResponseFormat = null,
            Stop = [],
            MaxOutputTokens = maxTokens,
            Seed = member.Samples > 1 ? request.Seed + member.Sample : request.Seed,
            Temperature = request.Temperature ?? (member.Samples > 1 ? LeastSampleTemperature : null),
        };
    }

    /// <summary>The request of a review.</summary>
    public ChatRequest Review(ChatRequest request, Fence fence, ReviewMaterial material, int maxTokens) => new()
    {
        Model = request.Model,
        Messages =
        [
            ChatMessage.Of(ChatRole.System, prompts.ReviewSystem(fence, material.MayRevise)),
            new ChatMessage(ChatRole.User, [new TextPart(prompts.ReviewUser(fence, material)), .. request.Messages.SelectMany(message => message.Parts).Where(part => part is ImagePart or FilePart)]),
        ],
        Temperature = 0,
        MaxOutputTokens = maxTokens,
    };

    /// <summary>The request of the lead: the client's own, with our instruction and the drafts.</summary>
    public ChatRequest Lead(ChatRequest request, Fence fence, LeadMaterial material, int maxTokens)
    {
        var messages = WithSystem(request.Messages, prompts.LeadSystem(fence)).ToList();
        var user = messages.FindLastIndex(message => message.Role == ChatRole.User);
        var drafts = new TextPart(prompts.LeadUser(fence, material));
        if (user < 0)
        {
            messages.Add(new ChatMessage(ChatRole.User, [drafts]));
        }
        else
        {
            messages[user] = messages[user] with { Parts = [.. messages[user].Parts, drafts] };
        }

        return request with { Messages = messages, MaxOutputTokens = request.MaxOutputTokens ?? maxTokens };
    }

    /// <summary>The conversation as a reviewer sees it: as text.</summary>
    public static IReadOnlyList<Turn> Transcript(ChatRequest request) =>
        [.. WithoutTools(request.Messages).Select(message => new Turn(RoleOf(message.Role), string.Concat(message.Parts.Select(TextOf))))];

    private static string TextOf(ChatPart part) => part switch
    {
        TextPart text => text.Text,
        RefusalPart refusal => refusal.Text,
        ImagePart => "[image]",
        FilePart { Name: { } name } => $"[file {name}]",
        _ => "[file]",
    };

    private static string RoleOf(ChatRole role) => role switch
    {
        ChatRole.System => "system",
        ChatRole.Developer => "developer",
        ChatRole.Assistant => "assistant",
        _ => "user",
    };

    // Behind the client's own, which stay the first.
    private static List<ChatMessage> WithSystem(IReadOnlyList<ChatMessage> messages, string text)
    {
        var list = messages.ToList();
        var end = list.FindIndex(message => message.Role is not (ChatRole.System or ChatRole.Developer));
        list.Insert(end < 0 ? list.Count : end, ChatMessage.Of(ChatRole.System, text));
        return list;
    }

    // Providers refuse calls of tools in the history of a request that has no tools: they become text.
    private static IReadOnlyList<ChatMessage> WithoutTools(IReadOnlyList<ChatMessage> messages)
    {
        if (!messages.Any(message => message.ToolCalls.Count > 0 || message.Role == ChatRole.Tool))
        {
            return messages;
        }

        return [.. messages.Select(message => message.Role == ChatRole.Tool
            ? new ChatMessage(ChatRole.User, [new TextPart("[result of a tool]\n"), .. message.Parts])
            : message.ToolCalls.Count == 0 ? message
            : message with
            {
                Parts = [.. message.Parts, new TextPart(string.Concat(message.ToolCalls.Select(call => $"\n[call of tool {call.Name}: {call.Arguments}]")))],
                ToolCalls = [],
            })];
    }
}
