using UltraAI.Gateway.Configuration;
using Xunit;

namespace UltraAI.Gateway.Tests.Configuration;

public sealed class GatewayArgumentsTests
{
    [Theory]
    [InlineData("--confg: is not an option; did you mean --config?", "--confg", "my.json")]
    [InlineData("--Config: is not an option; did you mean --config?", "--Config=my.json")]
    [InlineData("--url: is not an option; did you mean --urls?", "--url", "http://localhost:1")]
    [InlineData("--Gatway:Drain:Delay: is not an option; did you mean --Gateway:Drain:Delay?", "--Gatway:Drain:Delay=00:00:01")]
    [InlineData("--Gateway__Drain__Delay: is not an option; did you mean --Gateway:Drain:Delay?", "--Gateway__Drain__Delay=00:00:01")]
    [InlineData("--verbose: is not an option; see --help.", "--verbose", "--config", "my.json")]
    [InlineData("--Gateway: is not an option; see --help.", "--Gateway=1")]
    public void UnknownOption_IsAFaultThatNamesTheNearest(string fault, params string[] args)
    {
        var exception = Assert.Throws<ConfigurationException>(() => GatewayArguments.Parse(args));

        Assert.Equal([fault], exception.Errors.Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("--urls=http://localhost:1")]
    [InlineData("--URLS=http://localhost:1")]
    [InlineData("--http_ports=1")]
    [InlineData("--https_ports=1")]
    [InlineData("--environment=Development")]
    [InlineData("--contentRoot=/tmp")]
    [InlineData("--Kestrel:Endpoints:Http:Url=http://localhost:1")]
    [InlineData("--Logging:LogLevel:Default=Debug")]
    [InlineData("--AllowedHosts=example.com")]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317")]
    public void OptionOfAspNetCore_IsPassedOn(string argument)
    {
        Assert.Equal([argument], GatewayArguments.Parse([argument]).HostArguments);
    }
}
