using System.Text;
using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

public sealed class ChatRequestReaderTests
{
    private const string Hi = """{"role":"user","content":"Hi"}""";

    [Fact]
    public void Read_OfARichBody_KeepsEverything()
    {
        var request = ChatBodies.Request(ChatBodies.Rich);

        Assert.Equal(
            [ChatRole.System, ChatRole.Developer, ChatRole.User, ChatRole.Assistant, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Tool, ChatRole.User],
            request.Messages.Select(message => message.Role));
        Assert.Equal(new TextPart("Use metric units."), Assert.Single(request.Messages[1].Parts));
        Assert.Equal(
            [
                new TextPart("What is the weather where these were taken?"),
                new ImagePart { Url = "https://example.com/a.png", MediaType = "image/png", Detail = "low" },
                new ImagePart { Data = "AAEC", MediaType = "image/jpeg" },
                new FilePart { Data = "JVBERg==", MediaType = "application/pdf", Name = "notes.pdf" },
            ],
            request.Messages[4].Parts);
        Assert.Equal(
            [new ChatToolCall("call_a", "get_weather", """{"city":"Oslo"}"""), new ChatToolCall("call_b", "get_weather", """{"city":"Rome"}""")],
            request.Messages[5].ToolCalls);
        Assert.Equal("call_b", request.Messages[7].ToolCallId);
        Assert.Equal("get_weather", Assert.Single(request.Tools).Name);
        Assert.Equal((0.7, 0.9, 42L, ReasoningEffort.Medium, 16384), (request.Temperature, request.TopP, request.Seed, request.ReasoningEffort, request.MaxOutputTokens));
        Assert.Equal(["END"], request.Stop);
        Assert.True(request.ResponseFormat is { Kind: ChatFormatKind.JsonSchema, Name: "weather", IsStrict: true });
        Assert.True(request.Has<ImagePart>() && request.Has<FilePart>() && !request.Has<RefusalPart>());
    }

    [Theory]
    [InlineData("""{"messages":[HI]}""", "model")]
    [InlineData("""{"model":7,"messages":[HI]}""", "model")]
    [InlineData("""{"model":"m"}""", "messages")]
    [InlineData("""{"model":"m","messages":[]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"robot","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[HI,7]}""", "messages[1].role")]
    [InlineData("""{"model":"m","messages":[{"role":"function","name":"f","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[]}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"video"}]}]}""", "messages[0].content[1].type")]
    [InlineData("""{"model":"m","messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://x.y/z"}}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"ftp://x.y/z"}}]}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,not base64!"}}]}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{}}]}]}""", "messages[0].content[0].file")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","content":null}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[HI,{"role":"tool","tool_call_id":"c","content":"x"}]}""", "messages[1].tool_call_id")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},HI]}""", "messages[1]")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"[1]"}}]}]}""", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function"}]}]}""", "messages[0].tool_calls[0]")]
    [InlineData("""{"model":"m","messages":[HI],"temperature":"hot"}""", "temperature")]
    [InlineData("""{"model":"m","messages":[HI],"temperature":2.1}""", "temperature")]
    [InlineData("""{"model":"m","messages":[HI],"top_p":-0.1}""", "top_p")]
    [InlineData("""{"model":"m","messages":[HI],"seed":1.5}""", "seed")]
    [InlineData("""{"model":"m","messages":[HI],"max_tokens":0}""", "max_tokens")]
    [InlineData("""{"model":"m","messages":[HI],"max_completion_tokens":99999999999}""", "max_completion_tokens")]
    [InlineData("""{"model":"m","messages":[HI],"reasoning_effort":"much"}""", "reasoning_effort")]
    [InlineData("""{"model":"m","messages":[HI],"verbosity":"much"}""", "verbosity")]
    [InlineData("""{"model":"m","messages":[HI],"stop":["a","b","c","d","e"]}""", "stop")]
    [InlineData("""{"model":"m","messages":[HI],"stop":""}""", "stop")]
    [InlineData("""{"model":"m","messages":[HI],"parallel_tool_calls":1}""", "parallel_tool_calls")]
    [InlineData("""{"model":"m","messages":[HI],"tools":{}}""", "tools")]
    [InlineData("""{"model":"m","messages":[HI],"tools":[{"type":"function","function":{}}]}""", "tools[0].function.name")]
    [InlineData("""{"model":"m","messages":[HI],"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"f"}}]}""", "tools[1].function.name")]
    [InlineData("""{"model":"m","messages":[HI],"tools":[{"type":"function","function":{"name":"f","parameters":"x"}}]}""", "tools[0].function.parameters")]
    [InlineData("""{"model":"m","messages":[HI],"tool_choice":"maybe"}""", "tool_choice")]
    [InlineData("""{"model":"m","messages":[HI],"tool_choice":"required"}""", "tool_choice")]
    [InlineData("""{"model":"m","messages":[HI],"tool_choice":{"type":"function","function":{"name":"f"}}}""", "tool_choice.function.name")]
    [InlineData("""{"model":"m","messages":[HI],"response_format":{"type":"xml"}}""", "response_format.type")]
    [InlineData("""{"model":"m","messages":[HI],"response_format":{"type":"json_schema"}}""", "response_format.json_schema")]
    [InlineData("""[]""", null)]
    [InlineData("""{"model":"m","model":"n","messages":[HI]}""", null)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"\ud800"}]}""", null)]
    [InlineData("""{"model":"m","messages":[HI],"user":{"\ud800":1,"a":2}}""", null)]
    [InlineData("""{"model":"m","messages":[HI],"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"\ud800"}}}}""", "response_format.json_schema.schema")]
    [InlineData("""{"model":"m",""", null)]
    [InlineData("", null)]
    public void Read_OfAWrongBody_SaysWhere(string body, string? param)
    {
        var reading = ChatRequestReader.Read(Encoding.UTF8.GetBytes(body.Replace("HI", Hi, StringComparison.Ordinal)));

        Assert.Null(reading.Request);
        var error = Assert.Single(reading.Errors);
        Assert.Equal(("invalid_request", param), (error.Code, error.Param));
    }

    [Theory]
    [InlineData("n", "2")]
    [InlineData("n", "\"1\"")]
    [InlineData("logprobs", "true")]
    [InlineData("top_logprobs", "3")]
    [InlineData("logit_bias", """{"50256":-100}""")]
    [InlineData("prediction", """{"type":"content","content":"x"}""")]
    [InlineData("audio", """{"voice":"alloy","format":"wav"}""")]
    [InlineData("modalities", """["text","audio"]""")]
    [InlineData("functions", "[]")]
    [InlineData("function_call", "\"auto\"")]
    [InlineData("web_search_options", "{}")]
    [InlineData("top_k", "40")]
    [InlineData("tools[0].type", """[{"type":"custom","custom":{"name":"x"}}]""")]
    public void Read_OfWhatIsNotSupported_NamesTheParameter(string param, string value)
    {
        var name = param.Split('[')[0];

        var reading = ChatRequestReader.Read(Encoding.UTF8.GetBytes($$"""{"model":"m","messages":[{{Hi}}],"{{name}}":{{value}}}"""));

        var error = Assert.Single(reading.Errors);
        Assert.Equal(("unsupported_parameter", param), (error.Code, error.Param));
    }

    [Fact]
    public void Read_OfAudioInput_IsAModality()
    {
        var reading = ChatRequestReader.Read("""{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}]}"""u8.ToArray());

        Assert.Equal(("unsupported_modality", "messages[0].content[0]"), (Assert.Single(reading.Errors).Code, reading.Errors[0].Param));
    }

    [Theory]
    [InlineData("\"n\":1,\"logprobs\":false,\"logit_bias\":{},\"modalities\":[\"text\"]")]
    [InlineData("\"n\":null,\"temperature\":null,\"tools\":null,\"tool_choice\":null,\"response_format\":null,\"stop\":null,\"prediction\":null,\"whatever\":null")]
    [InlineData("\"store\":false,\"metadata\":{\"a\":\"b\"},\"user\":\"u\",\"safety_identifier\":\"s\",\"service_tier\":\"auto\",\"prompt_cache_key\":\"k\"")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":true},\"ultra\":{\"seed\":1},\"preset\":\"p\"")]
    public void Read_OfWhatAsksForNothing_Passes(string properties) =>
        Assert.Equal(ChatBodies.Request($$"""{"model":"m","messages":[{{Hi}}]}""").Seed, ChatBodies.Request($$"""{"model":"m","messages":[{{Hi}}],{{properties}}}""").Seed);

    [Fact]
    public void Read_OfSeveralErrors_SaysThemAll()
    {
        var reading = ChatRequestReader.Read("""{"messages":[{"role":"x"}],"n":3,"seed":"s"}"""u8.ToArray());

        Assert.Equal(["n", "messages[0].role", "model", "seed"], reading.Errors.Select(error => error.Param));
    }

    [Fact]
    public void Read_OfCountlessErrors_IsBounded()
    {
        var messages = string.Join(',', Enumerable.Repeat("{}", 1000));

        Assert.Equal(ChatRequestReading.MostErrors, ChatRequestReader.Read(Encoding.UTF8.GetBytes($$"""{"messages":[{{messages}}]}""")).Errors.Count);
    }

    [Fact]
    public void Read_WithoutNeedOfAModel_LeavesItEmpty() =>
        Assert.Equal("", ChatRequestReader.Read(Encoding.UTF8.GetBytes($$"""{"messages":[{{Hi}}]}"""), needsModel: false).Request?.Model);

    [Fact]
    public void Read_OfMessagesAsProvidersSendThem_PassesOverWhatItDoesNotKnow()
    {
        var request = ChatBodies.Request(
            """{"model":"m","max_tokens":7,"messages":[{"role":"user","name":"ann","content":"x"},{"role":"assistant","content":"a","refusal":null,"annotations":[],"audio":null,"reasoning_content":"hm"},{"role":"assistant","refusal":"no"}]}""");

        Assert.Equal("ann", request.Messages[0].Name);
        Assert.Equal(new RefusalPart("no"), Assert.Single(request.Messages[2].Parts));
        Assert.Equal(7, request.MaxOutputTokens);
    }

    [Fact]
    public void Read_OfGarbage_NeverThrows()
    {
        var random = new Random(20261124);
        var seed = Encoding.UTF8.GetBytes(ChatBodies.Rich);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var change = random.Next(1, 8); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : "\"{}[]:,\\0u"[random.Next(10)]);
            }

            var reading = ChatRequestReader.Read(bytes);

            Assert.True(reading.Request is null == reading.Errors.Count > 0);
        }
    }
}
