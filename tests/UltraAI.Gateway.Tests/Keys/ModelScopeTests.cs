using UltraAI.Gateway.Keys;
using Xunit;

namespace UltraAI.Gateway.Tests.Keys;

public sealed class ModelScopeTests
{
    [Theory]
    [InlineData("gpt-4o*", "openai", "gpt-4o", true)]
    [InlineData("gpt-4o*", "any", "gpt-4o-mini", true)]
    [InlineData("gpt-4o*", "openai", "gpt-4", false)]
    [InlineData("gpt-4o*", "openai", "GPT-4o", false)]
    [InlineData("gpt-4o*", "openai", "openai/gpt-4o", false)]
    [InlineData("openai/gpt-4o*", "openai", "gpt-4o", true)]
    [InlineData("openai/gpt-4o*", "azure", "gpt-4o", false)]
    [InlineData("openai/gpt-4o*", "router", "openai/gpt-4o", true)]
    [InlineData("*/gpt-4o", "azure", "gpt-4o", true)]
    [InlineData("openai/*", "openai", "anything", true)]
    [InlineData("meta-llama/*", "huggingface", "meta-llama/Llama-3:groq", true)]
    [InlineData("meta-llama/Llama-3", "huggingface", "meta-llama/Llama-3:groq", false)]
    [InlineData("gpt-4o*", "openai", "gpt-4o,o1", false)]
    [InlineData("gpt-4o*", "openai", "gpt-4o o1", false)]
    [InlineData("gpt-4o*", "openai", "gpt-4o/../o1", false)]
    [InlineData("gpt-4o*", "openai", "gpt-4o//o1", false)]
    [InlineData("gpt-4o*", "openai", "gpt-4o#o1", false)]
    [InlineData("gpt-4o*", "openai", "gpt-4o*", false)]
    [InlineData("gpt-4o#o1", "openai", "gpt-4o#o1", true)]
    [InlineData("openai/gpt-4o#o1", "openai", "gpt-4o#o1", true)]
    [InlineData("gpt-4o*", "openai", "", false)]
    public void Pattern_MeetsTheBareNameOrTheProvidersOne(string pattern, string provider, string model, bool expected)
    {
        Assert.Equal(expected, new ModelScope([pattern]).Allows(provider, model));
    }

    [Fact]
    public void Scope_WithoutPatterns_AllowsNothing()
    {
        Assert.False(new VirtualKey { Name = "k", Models = [] }.ModelScope!.Allows("openai", "gpt-4o"));
        Assert.Null(new VirtualKey { Name = "k" }.ModelScope);
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpt 4o")]
    public void Pattern_ThatCanMatchNothing_IsAnError(string pattern)
    {
        Assert.NotNull(ModelScope.ErrorIn(pattern));
        Assert.Null(ModelScope.ErrorIn("gpt-4o*"));
    }
}
