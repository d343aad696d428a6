using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers;
using Xunit;

namespace UltraAI.Gateway.Tests.Admission;

public sealed class EndpointPolicyTests
{
    [Theory]
    [InlineData("/v1/organization/users")]
    [InlineData("/v1/organization")]
    [InlineData("/v1/organization?x=1")]
    [InlineData("/v1/Organization/users")]
    [InlineData("/v1//organization/users")]
    [InlineData("//v1/organization/users")]
    [InlineData("/v1/chat/../organization/users")]
    [InlineData("/v1/chat/%2e%2e/organization/users")]
    [InlineData("/v1/chat/%252e%252e/organization/users")]
    [InlineData("/v1/%6frganization/users")]
    [InlineData("/v1%2Forganization/users")]
    [InlineData("/v1/./organization/users")]
    [InlineData("/v1\\organization\\users")]
    [InlineData("/v1/organization;x/users")]
    [InlineData("/v1/%25%32%35%32%35%32%35")]
    public void AdministrativePath_InAnySpelling_IsRefusedByDefault(string target)
    {
        Assert.False(EndpointPolicy.IsAllowed(null, ProviderKinds.OpenAI.AdministrativeEndpoints, "", "GET", target));
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/f/%2E%2E/g")]
    [InlineData("/v1/models/org%2Fmodel")]
    [InlineData("/v1/organizational-chart")]
    [InlineData("/100%")]
    [InlineData("")]
    public void OtherPath_IsAllowedByDefault(string target)
    {
        Assert.True(EndpointPolicy.IsAllowed(null, ProviderKinds.OpenAI.AdministrativeEndpoints, "", "POST", target));
    }

    [Theory]
    [InlineData("/v1/chat/completions", true)]
    [InlineData("/v1/chat/completions?stream=1", true)]
    [InlineData("/v1/%63hat/completions", true)]
    [InlineData("/v1/embeddings", false)]
    [InlineData("/v1/chat/../embeddings", false)]
    [InlineData("/v1/chat/x/../completions", false)]
    [InlineData("/v1/chat%2Fcompletions", false)]
    [InlineData("/v1//chat/completions", false)]
    [InlineData("/v1/chat/comple%2574ions", false)]
    [InlineData("/v1/chat/x#/completions", false)]
    [InlineData("/v1/chat/x%3Fy", false)]
    [InlineData("/v1/chat/..;/files", false)]
    [InlineData("/v1/chat/x;y", false)]
    [InlineData("/v1/chat/x%00", false)]
    public void ListedEndpoints_AllowOnlyWhatCanBeReadInOneWay(string target, bool expected)
    {
        EndpointPattern[] allowed = [EndpointPattern.Parse("POST /v1/chat/**")];

        Assert.Equal(expected, EndpointPolicy.IsAllowed(allowed, ProviderKinds.OpenAI.AdministrativeEndpoints, "", "POST", target));
    }

    [Theory]
    [InlineData("/v1", "/organization/users")]
    [InlineData("/proxy", "/../v1/organization/users")]
    [InlineData("/proxy", "/%2e%2e/x")]
    [InlineData("/proxy", "/a/%252e%252e/%252e%252e/x")]
    [InlineData("/proxy", "/..;x/y")]
    public void BaseUrlWithAPath_IsPartOfThePathAndNeverLeft(string basePath, string target)
    {
        Assert.False(EndpointPolicy.IsAllowed(null, ProviderKinds.OpenAI.AdministrativeEndpoints, basePath, "GET", target));
    }

    [Fact]
    public void AdministrativePath_IsAllowedWhenListed()
    {
        EndpointPattern[] allowed = [EndpointPattern.Parse("GET /v1/organization/**")];

        Assert.True(EndpointPolicy.IsAllowed(allowed, ProviderKinds.OpenAI.AdministrativeEndpoints, "", "GET", "/v1/organization/users"));
    }
}
