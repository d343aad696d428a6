using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

public sealed class GoogleChatDialectTests
{
    private const string Schema = """{"type":"object","properties":{"degrees":{"type":"integer"}},"required":["degrees"],"additionalProperties":false}""";

    [Fact]
    public void Body_ForACurrentModel_IsTheWholeConversation() =>
        ChatBodies.AssertJson(
            """
            {
              "systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Use metric units."}]},
              "contents":[
                {"role":"user","parts":[{"text":"Hi"}]},
                {"role":"model","parts":[{"text":"Hello!"}]},
                {"role":"user","parts":[
                  {"text":"What is the weather where these were taken?"},
                  {"fileData":{"mimeType":"image/png","fileUri":"https://example.com/a.png"}},
                  {"inlineData":{"mimeType":"image/jpeg","data":"AAEC"}},
                  {"inlineData":{"mimeType":"application/pdf","data":"JVBERg=="}}]},
                {"role":"model","parts":[
                  {"functionCall":{"id":"call_a","name":"get_weather","args":{"city":"Oslo"}},"thoughtSignature":"skip_thought_signature_validator"},
                  {"functionCall":{"id":"call_b","name":"get_weather","args":{"city":"Rome"}}}]},
                {"role":"user","parts":[
                  {"functionResponse":{"id":"call_a","name":"get_weather","response":{"degrees":4}}},
                  {"functionResponse":{"id":"call_b","name":"get_weather","response":{"output":"sunny"}}},
                  {"text":"Thanks. Now the same as JSON, and <b>é</b>."}]}],
              "tools":[{"functionDeclarations":[{"name":"get_weather","description":"The weather.","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}}]}],
              "toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},
              "generationConfig":{"maxOutputTokens":16384,"temperature":0.7,"topP":0.9,"seed":42,"stopSequences":["END"],
                "responseMimeType":"application/json","responseJsonSchema":SCHEMA,"thinkingConfig":{"thinkingLevel":"medium"}}
            }
            """.Replace("SCHEMA", Schema, StringComparison.Ordinal),
            ChatBodies.Body(ProviderKinds.Google, ChatBodies.RichFor("gemini-3.8-flash")));

    [Fact]
    public void Body_WithToolsForAnOlderModel_AsksForJsonInWords()
    {
        var body = ChatBodies.Body(ProviderKinds.Google, ChatBodies.RichFor("gemini-2.5-flash"));

        Assert.Null(body["generationConfig"]!["responseMimeType"]);
        Assert.Contains("JSON schema", (string?)body["systemInstruction"]!["parts"]![2]!["text"], StringComparison.Ordinal);
        Assert.Null(body["contents"]![3]!["parts"]![0]!["thoughtSignature"]);
        Assert.Equal(8192, (int)body["generationConfig"]!["thinkingConfig"]!["thinkingBudget"]!);
    }

    [Fact]
    public void Signature_IsSentBack()
    {
        var request = ChatBodies.Request(
            """
            {"model":"gemini-3-pro","messages":[{"role":"user","content":"Go"},
             {"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":""},"extra_content":{"google":{"thought_signature":"c2ln"}}}]},
             {"role":"tool","tool_call_id":"c1","content":"1"}]}
            """);

        ChatBodies.AssertJson(
            """{"functionCall":{"id":"c1","name":"f","args":{}},"thoughtSignature":"c2ln"}""",
            ChatBodies.Body(ProviderKinds.Google, request)["contents"]![1]!["parts"]![0]);
    }

    [Theory]
    [InlineData("gemini-3.8-flash", "none", """{"thinkingLevel":"minimal"}""")]
    [InlineData("gemini-3.1-pro-preview", "minimal", """{"thinkingLevel":"low"}""")]
    [InlineData("gemini-3-pro-preview", "medium", """{"thinkingLevel":"high"}""")]
    [InlineData("gemini-3.1-pro-preview", "medium", """{"thinkingLevel":"medium"}""")]
    [InlineData("gemini-flash-latest", "max", """{"thinkingLevel":"high"}""")]
    [InlineData("gemini-2.5-flash", "none", """{"thinkingBudget":0}""")]
    [InlineData("gemini-2.5-pro", "none", """{"thinkingBudget":128}""")]
    [InlineData("gemini-2.5-pro", "xhigh", """{"thinkingBudget":24576}""")]
    [InlineData("gemini-2.0-flash", "high", "null")]
    [InlineData("gemma-3-27b-it", "high", "null")]
    public void Effort_IsSaidInTheModelsWay(string model, string effort, string thinking) =>
        ChatBodies.AssertJson(
            thinking,
            ChatBodies.Body(ProviderKinds.Google, ChatBodies.Plain(model) with { ReasoningEffort = ReasoningEfforts.Find(effort) })["generationConfig"]!["thinkingConfig"]);

    [Theory]
    [InlineData("none", """{"mode":"NONE"}""")]
    [InlineData("required", """{"mode":"ANY"}""")]
    [InlineData("named", """{"mode":"ANY","allowedFunctionNames":["get_weather"]}""")]
    public void ToolChoice_IsWritten(string choice, string expected)
    {
        var request = ChatBodies.RichFor("gemini-3.8-flash") with { ToolChoice = ToolChoices.Of(choice) };

        ChatBodies.AssertJson(expected, ChatBodies.Body(ProviderKinds.Google, request)["toolConfig"]!["functionCallingConfig"]);
    }

    [Theory]
    [InlineData("gemini-2.5-pro", "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse")]
    [InlineData("models/gemini-2.5-pro", "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse")]
    [InlineData("a/../b", "/v1beta/models/a%2F..%2Fb:streamGenerateContent?alt=sse")]
    public void Target_HasTheModelInThePath(string model, string target) => Assert.Equal(target, ProviderKinds.Google.Chat.TargetFor(model));

    [Fact]
    public void FindUnsupported_NamesWhatCannotBeSent()
    {
        var uploaded = ChatBodies.Request("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]}""");

        Assert.Contains("uploaded to OpenAI", ProviderKinds.Google.Chat.FindUnsupported(uploaded), StringComparison.Ordinal);
        Assert.Null(ProviderKinds.OpenAI.Chat.FindUnsupported(uploaded));
        Assert.Null(ProviderKinds.Google.Chat.FindUnsupported(ChatBodies.RichFor("gemini-3.8-flash")));
    }
}
