using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using Xunit;

namespace UltraAI.Gateway.Tests.Admission;

public sealed class ModelPolicyTests
{
    private static readonly VirtualKey Scoped = new() { Name = "scoped", Models = ["gpt-4o*"] };
    private static readonly VirtualKey Free = new() { Name = "free" };

    [Fact]
    public void Trick_ReachesNoOtherModel()
    {
        var cases = ScopedRequest.File("ModelTricks.txt").ToArray();
        var reached = cases.Where(line => ScopedRequest.Parse(line).Check("gpt-4o*") is not { Code: ErrorCode.ModelNotAllowed }).ToArray();

        Assert.Empty(reached);
        Assert.InRange(cases.Length, 300, 1000);
    }

    [Fact]
    public void Trick_IsNobodysBusinessWithoutScope()
    {
        Assert.DoesNotContain(ScopedRequest.File("ModelTricks.txt"), line => ScopedRequest.Parse(line).Check(null) is not null);
    }

    [Fact]
    public void RequestInOrder_Passes()
    {
        var refused = ScopedRequest.File("ModelTricks.Allowed.txt").Select(line => (line, ScopedRequest.Parse(line).Check("gpt-4o*")?.Message)).Where(result => result.Message is not null);

        Assert.Empty(refused);
    }

    [Theory]
    [InlineData("openai ¦ POST /v1/chat/completions ¦ {\"model\":\"o1\"}", "'o1' is not one of them. Ask for another model, or add it to Models as 'o1' or 'openai/o1'")]
    [InlineData("openai ¦ POST /v1/batches ¦ {}", "a batch's models are named in its input file")]
    [InlineData("openai ¦ POST /v1/chat/completions ¦ {}", "there is no model")]
    [InlineData("openai ¦ POST /v1/new ¦ {}", "this endpoint is none of the listed ones")]
    [InlineData("openai ¦ POST /v1/chat/completions ¦ {\"model\":\"gpt-4o\"} ¦ X-HTTP-Method-Override: GET", "the field 'X-HTTP-Method-Override'")]
    public void Refusal_NamesReasonAndKey(string line, string reason)
    {
        var error = ScopedRequest.Parse(line).Check("gpt-4o*");

        Assert.Equal(403, error!.StatusCode);
        Assert.StartsWith("Virtual key 'k' is limited to certain models (Models): ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /v1/chat/completions", true, true, true)]
    [InlineData("POST /v1/responses", true, true, false)]
    [InlineData("POST /v1/audio/transcriptions", true, true, false)]
    [InlineData("POST /v1/files", false, false, false)]
    [InlineData("POST /v1/batches", false, false, false)]
    [InlineData("POST /v1/unlisted", false, false, false)]
    [InlineData("GET /v1/chat/completions", false, false, false)]
    [InlineData("GET /v1/realtime", false, false, false)]
    public void Body_IsNeededWhereAPolicyReadsIt(string request, bool forModels, bool forTokens, bool forUsage)
    {
        var parts = request.Split(' ');
        var endpoint = ProviderKinds.OpenAI.EndpointOf(parts[0], parts[1]);

        Assert.Equal(forModels, ModelPolicy.NeedsBody(Scoped, endpoint, parts[0], metersTokens: false, requestsUsage: false));
        Assert.Equal(forTokens, ModelPolicy.NeedsBody(Free, endpoint, parts[0], metersTokens: true, requestsUsage: false));
        Assert.Equal(forUsage, ModelPolicy.NeedsBody(Free, endpoint, parts[0], metersTokens: false, requestsUsage: true));
        Assert.False(ModelPolicy.NeedsBody(Free, endpoint, parts[0], metersTokens: false, requestsUsage: false));
    }

    [Fact]
    public void PathModel_NeedsTheBodyForTokensAlone()
    {
        var endpoint = ProviderKinds.Google.EndpointOf("POST", "/v1beta/models/m:generateContent");

        Assert.False(ModelPolicy.NeedsBody(Scoped, endpoint, "POST", metersTokens: false, requestsUsage: false));
        Assert.True(ModelPolicy.NeedsBody(Scoped, endpoint, "POST", metersTokens: true, requestsUsage: false));
    }
}
