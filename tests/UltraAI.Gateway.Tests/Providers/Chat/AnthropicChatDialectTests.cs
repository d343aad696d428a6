using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Anthropic;
using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

public sealed class AnthropicChatDialectTests
{
    private const string Schema = """{"type":"object","properties":{"degrees":{"type":"integer"}},"required":["degrees"],"additionalProperties":false}""";

    private const string Messages = """
        [
          {"role":"user","content":[{"type":"text","text":"Hi"}]},
          {"role":"assistant","content":[{"type":"text","text":"Hello!"}]},
          {"role":"user","content":[
            {"type":"text","text":"What is the weather where these were taken?"},
            {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},
            {"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAEC"}},
            {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="},"title":"notes.pdf"}]},
          {"role":"assistant","content":[
            {"type":"tool_use","id":"call_a","name":"get_weather","input":{"city":"Oslo"}},
            {"type":"tool_use","id":"call_b","name":"get_weather","input":{"city":"Rome"}}]},
          {"role":"user","content":[
            {"type":"tool_result","tool_use_id":"call_a","content":"{\"degrees\":4}"},
            {"type":"tool_result","tool_use_id":"call_b","content":"sunny"},
            {"type":"text","text":"Thanks. Now the same as JSON, and <b>é</b>."}]}
        ]
        """;

    private const string Common = "\"max_tokens\":16384,\"messages\":" + Messages + """
        ,"tools":[{"name":"get_weather","description":"The weather.","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}],
        "tool_choice":{"type":"auto","disable_parallel_tool_use":true},"stop_sequences":["END"],"stream":true
        """;

    private const string System = """{"type":"text","text":"Be brief."},{"type":"text","text":"Use metric units."}""";

    [Fact]
    public void Body_ForACurrentModel_ThinksAdaptivelyAndIsHeldToTheSchema() =>
        ChatBodies.AssertJson(
            $$$"""
            {"model":"claude-opus-5-5",{{{Common}}},"system":[{{{System}}}],
             "thinking":{"type":"adaptive"},"output_config":{"effort":"medium","format":{"type":"json_schema","schema":{{{Schema}}} } } }
            """,
            ChatBodies.Body(ProviderKinds.Anthropic, ChatBodies.RichFor("claude-opus-5-5")));

    [Fact]
    public void Body_ForAModelBeforeSchemasAndThinking_AsksInWords() =>
        ChatBodies.AssertJson(
            $$"""
            {"model":"claude-3-5-haiku-20241022",{{Common}},"temperature":0.7,"top_p":0.9,
             "system":[{{System}},{"type":"text","text":"Answer with JSON that follows this JSON schema, and nothing else: no code fence, no words around it.\n{{Schema.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}]}
            """,
            ChatBodies.Body(ProviderKinds.Anthropic, ChatBodies.RichFor("claude-3-5-haiku-20241022")));

    [Theory]
    [InlineData("claude-sonnet-4-5-20250929", 405)]
    [InlineData("claude-sonnet-4-20250514", 400)]
    [InlineData("claude-opus-4-1", 401)]
    [InlineData("claude-opus-5", 500)]
    [InlineData("claude-fable-5-1", 501)]
    [InlineData("claude-3-7-sonnet-latest", 307)]
    [InlineData("claude-3-opus-20240229", 300)]
    [InlineData("anthropic/claude-sonnet-4.5", 405)]
    [InlineData("claude-mythos-preview", int.MaxValue)]
    [InlineData("deepseek-chat", 0)]
    public void Version_IsReadFromTheName(string model, int number) => Assert.Equal(number, ClaudeVersion.Of(model).Number);

    [Theory]
    [InlineData("claude-opus-4-6", "xhigh", """{"type":"adaptive"}""", "high")]
    [InlineData("claude-opus-4-6", "max", """{"type":"adaptive"}""", "max")]
    [InlineData("claude-opus-4-7", "xhigh", """{"type":"adaptive"}""", "xhigh")]
    [InlineData("claude-opus-4-7", "none", "null", "low")]
    [InlineData("claude-opus-4-7", "minimal", """{"type":"adaptive"}""", "low")]
    [InlineData("claude-sonnet-4-5", "medium", """{"type":"enabled","budget_tokens":8192}""", null)]
    [InlineData("claude-sonnet-4-5", "high", """{"type":"enabled","budget_tokens":8192}""", null)]
    [InlineData("claude-sonnet-4-5", "low", """{"type":"enabled","budget_tokens":1024}""", null)]
    [InlineData("claude-sonnet-4-5", "none", "null", null)]
    [InlineData("claude-3-5-sonnet-20241022", "high", "null", null)]
    public void Effort_IsSaidInTheModelsWay(string model, string effort, string thinking, string? word)
    {
        var body = ChatBodies.Body(ProviderKinds.Anthropic, ChatBodies.Plain(model) with { ReasoningEffort = ReasoningEfforts.Find(effort), Temperature = 0.5 });

        ChatBodies.AssertJson(thinking, body["thinking"]);
        Assert.Equal(word, (string?)body["output_config"]?["effort"]);
        Assert.False(body["thinking"] is not null && body["temperature"] is not null, "Thinking excludes a temperature.");
    }

    [Theory]
    [InlineData("claude-opus-4-6", 0.5, null)]
    [InlineData("claude-opus-4-7", null, null)]
    [InlineData("claude-sonnet-5-5", null, null)]
    [InlineData("claude-sonnet-4-20250514", 0.5, 0.9)]
    [InlineData("MiniMax-M2", 0.5, 0.9)]
    public void Sampling_IsSentToModelsThatTakeIt(string model, double? temperature, double? topP)
    {
        var body = ChatBodies.Body(ProviderKinds.Anthropic, ChatBodies.Plain(model) with { Temperature = 0.5, TopP = 0.9, Seed = 1, FrequencyPenalty = 1 });

        Assert.Equal(temperature, (double?)body["temperature"]);
        Assert.Equal(topP, (double?)body["top_p"]);
        Assert.Null(body["seed"]);
    }

    [Fact]
    public void Thinking_IsLeftOutWhereItIsRefused()
    {
        var forced = ChatBodies.RichFor("claude-opus-5-5") with { ToolChoice = ToolChoices.Of("named") };
        var loop = ChatBodies.RichFor("claude-sonnet-4-5");
        loop = loop with { Messages = [.. loop.Messages.SkipLast(1)] };

        Assert.Null(ChatBodies.Body(ProviderKinds.Anthropic, forced)["thinking"]);
        Assert.Null(ChatBodies.Body(ProviderKinds.Anthropic, loop)["thinking"]);
        Assert.NotNull(ChatBodies.Body(ProviderKinds.Anthropic, loop with { Model = "claude-opus-5-5" })["thinking"]);
    }

    [Theory]
    [InlineData("none", """{"type":"none"}""")]
    [InlineData("required", """{"type":"any","disable_parallel_tool_use":true}""")]
    [InlineData("named", """{"type":"tool","name":"get_weather","disable_parallel_tool_use":true}""")]
    public void ToolChoice_IsWritten(string choice, string expected)
    {
        var request = ChatBodies.RichFor("claude-opus-5") with { ToolChoice = ToolChoices.Of(choice) };

        ChatBodies.AssertJson(expected, ChatBodies.Body(ProviderKinds.Anthropic, request)["tool_choice"]);
    }

    [Fact]
    public void ToolsOfTheHistory_AreDeclaredAndForbidden()
    {
        var body = ChatBodies.Body(ProviderKinds.Anthropic, ChatBodies.RichFor("claude-opus-5") with { Tools = [], ToolChoice = null });

        ChatBodies.AssertJson("""[{"name":"get_weather","input_schema":{"type":"object"}}]""", body["tools"]);
        ChatBodies.AssertJson("""{"type":"none"}""", body["tool_choice"]);
    }

    [Fact]
    public void ToolCallIds_OfOtherProviders_AreMadeToFit()
    {
        var call = new ChatToolCall("functions.get:0", "get", "{}");
        var request = ChatBodies.Plain("claude-opus-5") with
        {
            Messages = [ChatMessage.Of(ChatRole.User, "Go"), new ChatMessage(ChatRole.Assistant, []) { ToolCalls = [call] }, ChatMessage.Of(ChatRole.Tool, "1") with { ToolCallId = call.Id }],
        };

        var messages = ChatBodies.Body(ProviderKinds.Anthropic, request)["messages"]!;

        Assert.Equal("functions_get_0", (string?)messages[1]!["content"]![0]!["id"]);
        Assert.Equal("functions_get_0", (string?)messages[2]!["content"]![0]!["tool_use_id"]);
    }

    [Fact]
    public void BlankMessages_AreLeftOutAndTheirNeighboursJoined()
    {
        var request = ChatBodies.Plain("claude-opus-5") with
        {
            Messages = [ChatMessage.Of(ChatRole.User, "One"), ChatMessage.Of(ChatRole.Assistant, " "), ChatMessage.Of(ChatRole.User, "Two")],
        };

        ChatBodies.AssertJson(
            """[{"role":"user","content":[{"type":"text","text":"One"},{"type":"text","text":"Two"}]}]""",
            ChatBodies.Body(ProviderKinds.Anthropic, request)["messages"]);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"minimum":{"type":"string"}},"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{}}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","properties":{}}}},"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"null"},{"enum":["x"]}]}},"additionalProperties":false}""", true)]
    public void Schema_IsSentOnlyWhereAnthropicTakesIt(string schema, bool isHeld)
    {
        var request = ChatBodies.Plain("claude-opus-5") with { ResponseFormat = new ChatResponseFormat(ChatFormatKind.JsonSchema, "s", schema) };

        var body = ChatBodies.Body(ProviderKinds.Anthropic, request);

        Assert.Equal(isHeld, body["output_config"] is not null);
        Assert.Equal(isHeld, body["system"] is null);
    }

    [Theory]
    [InlineData("""{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}""", "uploaded to OpenAI")]
    [InlineData("""{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/zip;base64,AAEC"}}]}""", "application/pdf")]
    [InlineData("""{"role":"system","content":"Alone."}""", "user")]
    public void FindUnsupported_NamesWhatCannotBeSent(string message, string words) =>
        Assert.Contains(words, ProviderKinds.Anthropic.Chat.FindUnsupported(ChatBodies.Request($$"""{"model":"claude-opus-5","messages":[{{message}}]}""")), StringComparison.Ordinal);

    [Fact]
    public void Target_AndFields_AreThoseOfMessages()
    {
        Assert.Equal("/v1/messages", ProviderKinds.Anthropic.Chat.TargetFor("claude-opus-5"));
        Assert.Equal([new("anthropic-version", "2023-06-01")], ProviderKinds.Anthropic.Chat.Fields);
        Assert.Null(ProviderKinds.Anthropic.Chat.FindUnsupported(ChatBodies.RichFor("claude-opus-5")));
    }

    [Fact]
    public void PlainTextFile_IsADocumentOfText()
    {
        var request = ChatBodies.Request("""{"model":"claude-opus-5","max_tokens":5,"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.txt","file_data":"aGk="}}]}]}""");

        ChatBodies.AssertJson(
            """{"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi"},"title":"a.txt"}""",
            ChatBodies.Body(ProviderKinds.Anthropic, request)["messages"]![0]!["content"]![0]);
    }
}
