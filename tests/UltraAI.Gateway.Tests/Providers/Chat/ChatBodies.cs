using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

/// <summary>Requests and the bodies that dialects make of them.</summary>
internal static class ChatBodies
{
    /// <summary>System, developer, history, an image by URL and one by bytes, tools, a finished tool turn, a schema.</summary>
    public const string Rich = """
        {
          "model": "MODEL",
          "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": [{"type": "text", "text": "Use metric units."}]},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello!"},
            {"role": "user", "content": [
              {"type": "text", "text": "What is the weather where these were taken?"},
              {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
              {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AAEC"}},
              {"type": "file", "file": {"filename": "notes.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}}]},
            {"role": "assistant", "content": null, "tool_calls": [
              {"id": "call_a", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Oslo\"}"}},
              {"id": "call_b", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Rome\"}"}}]},
            {"role": "tool", "tool_call_id": "call_a", "content": "{\"degrees\":4}"},
            {"role": "tool", "tool_call_id": "call_b", "content": "sunny"},
            {"role": "user", "content": "Thanks. Now the same as JSON, and <b>é</b>."}
          ],
          "tools": [{"type": "function", "function": {"name": "get_weather", "description": "The weather.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}, "strict": false}}],
          "tool_choice": "auto",
          "parallel_tool_calls": false,
          "response_format": {"type": "json_schema", "json_schema": {"name": "weather", "strict": true, "schema": {"type":"object","properties":{"degrees":{"type":"integer"}},"required":["degrees"],"additionalProperties":false}}},
          "temperature": 0.7, "top_p": 0.9, "seed": 42, "reasoning_effort": "medium", "max_completion_tokens": 16384, "stop": ["END"],
          "frequency_penalty": 0.5, "store": true, "user": "u1", "stream": true
        }
        """;

    public static ChatRequest Request(string body)
    {
        var reading = ChatRequestReader.Read(Encoding.UTF8.GetBytes(body));
        Assert.Empty(reading.Errors);
        return reading.Request!;
    }

    public static ChatRequest RichFor(string model) => Request(Rich) with { Model = model };

    /// <summary>A question and nothing else.</summary>
    public static ChatRequest Plain(string model) => new() { Model = model, Messages = [ChatMessage.Of(ChatRole.User, "Why?")], MaxOutputTokens = 16384 };

    public static JsonNode Body(ProviderKind kind, ChatRequest request, bool isPublicBaseUrl = true)
    {
        var buffer = new ArrayBufferWriter<byte>();
        kind.Chat.WriteBody(buffer, request, isPublicBaseUrl);
        return JsonNode.Parse(buffer.WrittenSpan)!;
    }

    /// <summary>For a failure to show the difference itself, not that of an order.</summary>
    private static string Sorted(JsonNode? node) => node switch
    {
        JsonObject properties => "{" + string.Join(",\n", properties.OrderBy(property => property.Key, StringComparer.Ordinal).Select(property => property.Key + ":" + Sorted(property.Value))) + "}",
        JsonArray items => "[" + string.Join(",\n", items.Select(Sorted)) + "]",
        _ => node?.ToJsonString() ?? "null",
    };

    public static void AssertJson(string expected, JsonNode? actual)
    {
        var wanted = JsonNode.Parse(expected);
        if (!JsonNode.DeepEquals(wanted, actual))
        {
            Assert.Equal(Sorted(wanted), Sorted(actual));
        }
    }
}
