using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

public sealed class ProviderTests
{
    [Theory]
    [InlineData("OpenAI", true, "https://api.openai.com")]
    [InlineData("OpenAI", true, "https://api.openai.com/v1")]
    [InlineData("OpenAI", true, "https://API.openai.com:443/v1/")]
    [InlineData("OpenAI", true, "https://eu.api.openai.com/v1")]
    [InlineData("OpenAI", true, "https://proxy.example", "https://api.openai.com")]
    [InlineData("OpenAI", false, "https://proxy.example/api.openai.com")]
    [InlineData("OpenAI", false, "https://notapi.openai.com")]
    [InlineData("OpenAI", false, "https://api.openai.com.proxy.example")]
    [InlineData("OpenAI", false, "https://api.openai.com:8443")]
    [InlineData("OpenAI", false, "http://api.openai.com")]
    [InlineData("OpenAI", false, "https://api.anthropic.com")]
    [InlineData("Anthropic", true, "https://api.anthropic.com/v1")]
    [InlineData("AzureOpenAI", false, "https://mine.openai.azure.com")]
    public void IsPublic_IsAboutWhereItIs_NotHowItIsWritten(string kind, bool isPublic, params string[] baseUrls) =>
        Assert.Equal(isPublic, new Provider("p", ProviderKinds.Find(kind)!, baseUrls, []).IsPublic);

    [Theory]
    [InlineData("OpenAI", "openai", "https://api.openai.com/")]
    [InlineData("OpenAI", "openai", "https://eu.api.openai.com:443")]
    [InlineData("OpenAI", "p", "http://localhost:8000")]
    [InlineData("Anthropic", "anthropic", "http://localhost:8000")]
    public void Telemetry_CallsAnImitationOfOpenAIByItsOwnName(string kind, string name, string baseUrl) =>
        Assert.Equal(name, new Provider("p", ProviderKinds.Find(kind)!, [baseUrl], []).GenAIName);
}
