using System.Buffers;
using System.Text;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Inspection;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Inspection;

public sealed class RequestInspectorTests
{
    [Fact]
    public void ChatBody_GivesAllFacts()
    {
        var facts = Inspection.Of("""
            {"messages":[{"role":"user","model":"decoy","content":"\"model\":\"decoy\""}],"max_tokens":100,"max_completion_tokens":300,"n":2,
             "model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"metadata":{"model":"decoy","max_tokens":9999}}
            """);

        Assert.Equal(("gpt-4o", true, true, 300L, 2), (facts.Model, facts.IsStream, facts.AsksForUsage, facts.MaxOutputTokens, facts.Choices));
        Assert.Null(facts.Fault);
        Assert.Null(facts.MoreModels);
    }

    [Theory]
    [InlineData("""{"max_tokens":5,"max_completion_tokens":9,"max_output_tokens":7}""", 9L, 1)]
    [InlineData("""{"max_tokens":5,"max_tokens":4}""", 5L, 1)]
    [InlineData("""{"max_new_tokens":8}""", 8L, 1)]
    [InlineData("""{"generationConfig":{"maxOutputTokens":11,"candidateCount":3}}""", 11L, 3)]
    [InlineData("""{"generation_config":{"max_output_tokens":11,"candidate_count":3}}""", 11L, 3)]
    [InlineData("""{"parameters":{"max_new_tokens":12}}""", 12L, 1)]
    [InlineData("""{"n":2,"best_of":5}""", null, 5)]
    [InlineData("""{"n":0,"max_tokens":0}""", 0L, 1)]
    [InlineData("""{"n":-3,"max_tokens":"12"}""", null, 1)]
    [InlineData("""{"n":1e99,"max_tokens":1.5}""", null, 1)]
    [InlineData("""{"n":99999999999}""", null, 1)]
    public void Maximum_IsReadInEverySpelling(string body, long? maximum, int choices)
    {
        var facts = Inspection.Of(body);

        Assert.Equal((maximum, choices), (facts.MaxOutputTokens, facts.Choices));
    }

    [Fact]
    public void FirstPart_GivesWhatIsInIt()
    {
        var facts = Inspection.Of("""{"model":"gpt-4o","max_tokens":7,"stream":true,"messages":[{"role":"user","con""", isWhole: false);

        Assert.Equal(("gpt-4o", true, 7L), (facts.Model, facts.IsStream, facts.MaxOutputTokens));
        Assert.Equal("only the first part of the body was read", facts.Fault);
    }

    [Fact]
    public void FirstPart_MayEndAnywhere()
    {
        const string Body = """{"messages":[{"content":"é\n"}],"tools":[{"type":"x","model":"t"}],"model":"gpt-4o","stream_options":{"include_usage":true}}""";
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var length = 0; length < bytes.Length; length++)
        {
            var facts = Inspection.Of(new ReadOnlySequence<byte>(bytes, 0, length), isWhole: false);

            Assert.NotNull(facts.Fault);
            Assert.Contains(facts.Model, new[] { null, "gpt-4o" });
        }
    }

    [Fact]
    public void ToolsModel_IsOneMore()
    {
        var facts = Inspection.Of("""{"tools":[{"type":"image_generation","model":"gpt-image-1"},{"type":"function","function":{"parameters":{"model":"x"}}}],"model":"gpt-4o"}""");

        Assert.Equal("gpt-4o", facts.Model);
        Assert.Equal(["gpt-image-1"], facts.MoreModels);
    }

    [Fact]
    public void Batches_GiveEveryModelAndTheSumOfTheirMaximum()
    {
        var facts = Inspection.Of(
            """
            {"requests":[{"custom_id":"a","params":{"model":"claude-1","max_tokens":10}},{"params":{"max_tokens":20,"model":"claude-2"},"custom_id":"b"},
             {"params":{"model":"claude-1","max_tokens":30,"messages":[]}}]}
            """,
            ProviderKinds.Anthropic, "/v1/messages/batches");

        Assert.Equal("claude-1", facts.Model);
        Assert.Equal(["claude-2"], facts.MoreModels);
        Assert.Equal(60, facts.MaxOutputTokens);
        Assert.Null(facts.Fault);
    }

    [Theory]
    [InlineData("/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro", false)]
    [InlineData("/v1beta/models/gemini%2D2.5-pro:streamGenerateContent?alt=sse", "gemini-2.5-pro", true)]
    [InlineData("/v1beta/tunedModels/gemini:generateContent", "tunedModels/gemini", false)]
    public void PathModel_WinsOverTheBody(string target, string model, bool isStream)
    {
        var facts = Inspection.Of("""{"model":"models/other","model":1,"generationConfig":{"maxOutputTokens":5}}""", ProviderKinds.Google, target);

        Assert.Equal((model, isStream, 5L, null), (facts.Model, facts.IsStream, facts.MaxOutputTokens, facts.Fault));
    }

    [Theory]
    [InlineData("/v1beta/models/a%2Fb:generateContent")]
    [InlineData("/v1beta/models/a%252Db:generateContent")]
    [InlineData("/v1beta/models/a%zzb:generateContent")]
    [InlineData("/v1beta/models/a%FFb:generateContent")]
    public void PathModel_ThatIsDoubtful_IsAFault(string target)
    {
        var facts = Inspection.Of("", ProviderKinds.Google, target);

        Assert.True(facts.Fault is not null || facts.Model!.Contains('\uFFFD', StringComparison.Ordinal));
    }

    [Fact]
    public void PathModel_OfHuggingFaceMayBeEncoded()
    {
        Assert.Equal("owner/model", Inspection.Of("", ProviderKinds.HuggingFace, "/hf-inference/models/owner%2Fmodel").Model);
    }

    [Fact]
    public void GooglesPrefix_IsNotPartOfTheName()
    {
        Assert.Equal("gemini-2.5-pro", Inspection.Of("""{"model":"models/gemini-2.5-pro"}""", ProviderKinds.Google, "/v1beta/cachedContents").Model);
        Assert.Equal("models/gemini-2.5-pro", Inspection.Of("""{"model":"models/gemini-2.5-pro"}""").Model);
    }

    [Theory]
    [InlineData("/v1/realtime?model=gpt-realtime", "gpt-realtime")]
    [InlineData("/v1/realtime?x=1&mod%65l=gpt%2Drealtime&y", "gpt-realtime")]
    [InlineData("/v1/realtime", null)]
    [InlineData("/v1/realtime?model=", null)]
    [InlineData("/v1/realtime?model=a&model=a", null)]
    [InlineData("/v1/realtime?model=a+b", null)]
    [InlineData("/v1/realtime?model=a;model=b", null)]
    [InlineData("/v1/realtime?model=a%2541", null)]
    [InlineData("/v1/realtime?MODEL=a", null)]
    [InlineData("/v1/realtime?model=a&model[]=b", null)]
    [InlineData("/v1/realtime?model=a&deployment=b", null)]
    [InlineData("/v1/realtime?model=a&mod%2565l=b", null)]
    public void QueryModel_CountsWhereItIsGivenOnce(string target, string? model)
    {
        var facts = Inspection.Of("", target: target, method: "GET");

        Assert.Equal(model, facts.Model);
        Assert.Equal(model is null, facts.Fault is not null);
    }

    [Fact]
    public void Segments_MakeNoDifference()
    {
        const string Body = """{"messages":[{"content":"é😀"}],"mod\u0065l":"gpt-4o-é","max_tokens":100,"stream":true,"tools":[{"model":"t-1"}]}""";
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var facts = Inspection.Of(Pieces.Of(bytes, size));

            Assert.Equal(("gpt-4o-é", null, 100L, true), (facts.Model, facts.Fault, facts.MaxOutputTokens, facts.IsStream));
            Assert.Equal(["t-1"], facts.MoreModels);
        }
    }

    [Fact]
    public void UnlistedEndpoint_GivesWhatCanBeRead()
    {
        var facts = Inspection.Of("""{"model":"m","max_tokens":3}""", target: "/v1/new-thing");

        Assert.Equal(("m", 3L, null), (facts.Model, facts.MaxOutputTokens, facts.Fault));
    }

    [Fact]
    public void ChatBody_CostsItsFactsAndNothingElse()
    {
        var text = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + new string('x', 900) + "\"}],\"max_tokens\":100,\"stream\":true,\"model\":\"gpt-4o\"}";
        var body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text));
        RequestFacts Inspect() => RequestInspector.Inspect(ProviderKinds.OpenAI, ProviderKinds.OpenAI.EndpointOf("POST", "/v1/chat/completions"), new InspectedRequest
        {
            Method = "POST",
            Path = "/v1/chat/completions",
            ContentType = "application/json",
            Body = body,
            IsWhole = true,
        });

        var ofFacts = Allocations.Of(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                _ = new RequestFacts { Endpoint = ProviderEndpoint.Unlisted };
            }
        });
        var ofInspection = Allocations.Of(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                Inspect();
            }
        });

        Assert.Equal(ofFacts, ofInspection);
    }
}
