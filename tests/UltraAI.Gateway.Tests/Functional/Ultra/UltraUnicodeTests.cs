using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>JSON may hold half of a surrogate pair as an escape, which is no text: such a request is refused before any call.</summary>
public sealed class UltraUnicodeTests
{
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]";

    [Theory]
    [InlineData("/ultra", """{"preset":"\ud800",MESSAGES}""", "preset")]
    [InlineData("/ultra", """{"preset":"ultra\udc00",MESSAGES}""", "preset")]
    [InlineData("/ultra", """{"\ud800":1,"\ud801":2,MESSAGES}""", null)]
    [InlineData("/ultra", """{"ultra":{"progress":"\ud800"},MESSAGES}""", "ultra")]
    [InlineData("/ultra", """{"ultra":{"review":"\ud800"},MESSAGES}""", "ultra")]
    [InlineData("/ultra", """{"ultra":{"require":"\ud800"},MESSAGES}""", "ultra")]
    [InlineData("/ultra", """{"ultra":{"include":["drafts","\ud800"]},MESSAGES}""", "ultra")]
    [InlineData("/ultra", """{"ultra":{"members":["\ud800"]},MESSAGES}""", "ultra")]
    [InlineData("/ultra", """{"ultra":{"lead":["openai/a\ud800"]},MESSAGES}""", "ultra")]
    [InlineData("/ultra", """{"ultra":{"\ud800":1},MESSAGES}""", null)]
    [InlineData("/ultra/v1/chat/completions", """{"model":"ultra","tools":[{"type":"function","function":{"name":"f","parameters":{"\ud800":1}}}],MESSAGES}""", null)]
    [InlineData("/ultra/v1/chat/completions", """{"model":"\ud800",MESSAGES}""", null)]
    [InlineData("/ultra/v1/chat/completions", """{"model":"ultra","ultra":{"progress":"\ud800"},MESSAGES}""", "ultra")]
    [InlineData("/ultra/v1/chat/completions", """{"model":"ultra","stream_options":{"\ud800":true},MESSAGES}""", null)]
    [InlineData("/ultra/v1/chat/completions", """{"model":"ultra","response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","properties":{"\ud800":{"type":"string"}}}}},MESSAGES}""", null)]
    [InlineData("/ultra/v1/chat/completions", """{"model":"ultra","response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"\ud800"}}},MESSAGES}""", "response_format.json_schema.schema")]
    [InlineData("/ultra/v1/chat/completions", """{"model":"ultra","response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"$ref":"\ud800"}}},MESSAGES}""", "response_format.json_schema.schema")]
    public async Task TextThatIsNotUnicode_IsRefusedBeforeAnyCall(string target, string body, string? param)
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();

        using var response = await environment.PostAsync(target, body.Replace("MESSAGES", Messages, StringComparison.Ordinal));

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == 400, $"{(int)response.StatusCode}: {text}");
        var error = JsonNode.Parse(text)!["error"]!;
        Assert.Equal(("invalid_request", param), ((string?)error["code"], (string?)error["param"]));
        Assert.Contains("not valid Unicode", (string?)error["message"], StringComparison.Ordinal);
        Assert.Empty(environment.Requests);
    }

    [Fact]
    public async Task BytesThatAreNotUtf8_AreRefusedBeforeAnyCall()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, environment.Address + "/ultra")
        {
            Content = new ByteArrayContent([.. "{\"preset\":\""u8, 0xFF, .. Encoding.UTF8.GetBytes($"\",{Messages}}}")]),
        };
        request.Headers.Add("Authorization", "Bearer " + UltraEnvironment.Key);

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((400, "invalid_request"), ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("x-ultraai-error"))));
        Assert.Empty(environment.Requests);
    }

    [Fact]
    public async Task WholePairs_AreText()
    {
        await using var environment = await UltraEnvironment.StartAsync();
        environment.ScriptUsualRun();

        await environment.AskAsync("""
            ,"ultra":{"progress":"\u006eone"},"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","properties":{"\ud83c\udf19":{"type":"string"}}}}}
            """);
    }
}
