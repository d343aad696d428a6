using System.Text;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Tests.Providers.Chat;

/// <summary>Reads whole streams, cut as a test likes.</summary>
internal static class ChatStreams
{
    public static ChatResult Read(ProviderKind kind, string stream, bool acceptsToolCalls = true) =>
        Read(kind, [Encoding.UTF8.GetBytes(stream)], acceptsToolCalls);

    public static ChatResult Read(ProviderKind kind, IEnumerable<byte[]> pieces, bool acceptsToolCalls = true)
    {
        var reader = kind.Chat.CreateReader();
        var builder = new ChatResultBuilder(acceptsToolCalls);
        var events = new List<ChatEvent>();
        foreach (var piece in pieces)
        {
            reader.Feed(piece, events);
        }

        reader.End(events);
        foreach (var item in events)
        {
            builder.Add(item);
        }

        return builder.End();
    }

    /// <summary>All that a result says, in one line; ids that were made up are dots.</summary>
    public static string Show(ChatResult result)
    {
        var calls = result.ToolCalls.Select(call => $"{(call.Id.Length > 20 ? "…" : call.Id)} {call.Name} {call.Arguments} {call.Signature}");
        var usage = result.Usage;
        return $"{result.Outcome} {result.FinishReason} [{result.Text}] [{result.Refusal}] [{string.Join(" | ", calls)}] "
            + $"in {usage.Input} ({usage.CachedInput} cached, {usage.CacheWrite5m}+{usage.CacheWrite1h} written, {usage.AudioInput} audio) "
            + $"out {usage.Output} ({usage.Reasoning} thinking) final {result.IsUsageFinal} {result.Failure} {result.Failure?.Message}";
    }
}
