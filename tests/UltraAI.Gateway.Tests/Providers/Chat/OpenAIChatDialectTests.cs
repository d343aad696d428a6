using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

public sealed class OpenAIChatDialectTests
{
    private const string Messages = """
        [
          {"role":"system","content":"Be brief."},
          {"role":"developer","content":"Use metric units."},
          {"role":"user","content":"Hi"},
          {"role":"assistant","content":"Hello!"},
          {"role":"user","content":[
            {"type":"text","text":"What is the weather where these were taken?"},
            {"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}},
            {"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AAEC"}},
            {"type":"file","file":{"filename":"notes.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}]},
          {"role":"assistant","content":null,"tool_calls":[
            {"id":"call_a","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}},
            {"id":"call_b","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Rome\"}"}}]},
          {"role":"tool","content":"{\"degrees\":4}","tool_call_id":"call_a"},
          {"role":"tool","content":"sunny","tool_call_id":"call_b"},
          {"role":"user","content":"Thanks. Now the same as JSON, and <b>é</b>."}
        ]
        """;

    private const string Rest = """
        "tools":[{"type":"function","function":{"name":"get_weather","description":"The weather.","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":false}}],
        "tool_choice":"auto","parallel_tool_calls":false,
        "response_format":{"type":"json_schema","json_schema":{"name":"weather","schema":{"type":"object","properties":{"degrees":{"type":"integer"}},"required":["degrees"],"additionalProperties":false},"strict":true}},
        "seed":42,"reasoning_effort":"medium","stop":["END"],"stream":true,"stream_options":{"include_usage":true}
        """;

    private const string Sampling = "\"temperature\":0.7,\"top_p\":0.9,\"frequency_penalty\":0.5";

    [Fact]
    public void Body_ForOpenAIItself_IsTheWholeConversation() =>
        ChatBodies.AssertJson(
            $$"""{"model":"gpt-4o","messages":{{Messages}},{{Rest}},{{Sampling}},"max_completion_tokens":16384}""",
            ChatBodies.Body(ProviderKinds.OpenAI, ChatBodies.RichFor("gpt-4o")));

    [Fact]
    public void Body_ForAnImitator_HasTheOlderNames() =>
        ChatBodies.AssertJson(
            $$"""{"model":"mistral-large","messages":{{Messages.Replace("developer", "system", StringComparison.Ordinal)}},{{Rest}},{{Sampling}},"max_tokens":16384}""",
            ChatBodies.Body(ProviderKinds.OpenAI, ChatBodies.RichFor("mistral-large"), isPublicBaseUrl: false));

    [Fact]
    public void Body_ForHuggingFace_HasTheOlderNames() =>
        ChatBodies.AssertJson(
            $$"""{"model":"openai/gpt-oss-120b","messages":{{Messages.Replace("developer", "system", StringComparison.Ordinal)}},{{Rest}},{{Sampling}},"max_tokens":16384}""",
            ChatBodies.Body(ProviderKinds.HuggingFace, ChatBodies.RichFor("openai/gpt-oss-120b")));

    [Theory]
    [InlineData("gpt-4o", true)]
    [InlineData("gpt-4.1-mini", true)]
    [InlineData("gpt-5-chat-latest", true)]
    [InlineData("gpt-5", false)]
    [InlineData("gpt-5.2-pro", false)]
    [InlineData("gpt-10", false)]
    [InlineData("o3-mini", false)]
    [InlineData("omni-model", true)]
    public void Body_ForAReasoningModel_LeavesOutWhatItRefuses(string model, bool hasTemperature)
    {
        var body = ChatBodies.Body(ProviderKinds.OpenAI, ChatBodies.RichFor(model));

        Assert.Equal(hasTemperature, body["temperature"] is not null);
        Assert.Equal(hasTemperature, body["frequency_penalty"] is not null);
        Assert.NotNull(body["max_completion_tokens"]);
    }

    [Theory]
    [InlineData("OpenAI", "gpt-4o", true)]
    [InlineData("OpenAI", "o3", false)]
    [InlineData("OpenAI", "openai/gpt-5.2", false)]
    [InlineData("AzureOpenAI", "o3", false)]
    [InlineData("HuggingFace", "openai/gpt-5.2", true)]
    public void Body_BehindAProxy_HasSamplingWhereTheModelTakesIt(string kind, string model, bool hasTemperature)
    {
        var body = ChatBodies.Body(ProviderKinds.Find(kind)!, ChatBodies.RichFor(model), isPublicBaseUrl: false);

        Assert.Equal((hasTemperature, hasTemperature, hasTemperature), (body["temperature"] is not null, body["top_p"] is not null, body["frequency_penalty"] is not null));
    }

    [Fact]
    public void Body_ForAReasoningModelBehindAProxy_HasTheNewerName()
    {
        var body = ChatBodies.Body(ProviderKinds.OpenAI, ChatBodies.RichFor("openai/gpt-5"), isPublicBaseUrl: false);

        Assert.Null(body["max_tokens"]);
        Assert.Equal(16384, (int)body["max_completion_tokens"]!);
    }

    [Fact]
    public void Azure_HasTheDeploymentInThePath()
    {
        var dialect = ProviderKinds.AzureOpenAI.Chat;
        var body = ChatBodies.Body(ProviderKinds.AzureOpenAI, ChatBodies.RichFor("my deployment"), isPublicBaseUrl: false);

        Assert.Equal("/openai/deployments/my%20deployment/chat/completions?api-version=2025-04-01-preview", dialect.TargetFor("my deployment"));
        Assert.Equal("system", (string?)body["messages"]![1]!["role"]);
        Assert.NotNull(body["max_completion_tokens"]);
    }

    [Theory]
    [InlineData("none", "\"none\"")]
    [InlineData("required", "\"required\"")]
    [InlineData("named", """{"type":"function","function":{"name":"get_weather"}}""")]
    public void ToolChoice_IsWritten(string choice, string expected)
    {
        var request = ChatBodies.RichFor("gpt-4o") with { ToolChoice = ToolChoices.Of(choice) };

        ChatBodies.AssertJson(expected, ChatBodies.Body(ProviderKinds.OpenAI, request)["tool_choice"]);
    }

    [Fact]
    public void Body_OfAQuestionAlone_HasNothingElse() =>
        ChatBodies.AssertJson(
            """{"model":"gpt-4o","messages":[{"role":"user","content":"Why?"}],"max_completion_tokens":16384,"stream":true,"stream_options":{"include_usage":true}}""",
            ChatBodies.Body(ProviderKinds.OpenAI, ChatBodies.Plain("gpt-4o")));

    [Fact]
    public void JsonObjectFormat_IsWritten() =>
        ChatBodies.AssertJson(
            """{"type":"json_object"}""",
            ChatBodies.Body(ProviderKinds.OpenAI, ChatBodies.Plain("gpt-4o") with { ResponseFormat = new ChatResponseFormat(ChatFormatKind.JsonObject) })["response_format"]);
}
