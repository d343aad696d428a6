using System.Text.Json.Nodes;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Keys;
using Xunit;

namespace UltraAI.Gateway.Tests.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private const string Minimal = """
        "Providers": { "openai": { "Kind": "OpenAI", "Credentials": [ { "Value": "sk-real" } ] } },
        "VirtualKeys": [ { "Name": "dev", "Value": "vk-dev" } ]
        """;

    private readonly ConfigurationFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Minimal_HasTheDefaults()
    {
        var configuration = _file.Load($$"""
            {
              {{Minimal}}, // comments and trailing commas are allowed
            }
            """);

        Assert.True(configuration.Providers.TryGet("openai", out var provider));
        Assert.Equal("https://api.openai.com", provider.BaseUrl);
        Assert.Equal("main", Assert.Single(provider.Credentials).Name);
        Assert.Equal("dev", configuration.VirtualKeys.Find("vk-dev")?.Name);
        Assert.Null(configuration.VirtualKeys.Find("vk-de"));
        Assert.Equal(TimeSpan.FromSeconds(45), configuration.Transport.Timeout);
        Assert.Equal(512, configuration.Transport.MaxCallsPerOrigin);
        Assert.Equal(TimeSpan.FromSeconds(5), configuration.Drain.Delay);
    }

    [Fact]
    public void LaterFile_GoesOverByPropertyAndReplacesListsWhole()
    {
        var first = _file.Write("1.json", """
            { "Gateway": {
              "Providers": { "openai": { "Kind": "OpenAI", "BaseUrl": "http://one" }, "google": { "Kind": "Google" } },
              "VirtualKeys": [ { "Name": "a", "Value": "vk-a", "Providers": [ "google" ] }, { "Name": "b", "Value": "vk-b" } ] } }
            """);
        var second = _file.Write("2.json", """
            { "gateway": { "providers": { "openai": { "baseurl": "http://two" } }, "VirtualKeys": [ { "Name": "c", "Value": "vk-c" } ] } }
            """);

        var configuration = ConfigurationFile.LoadFiles([first, second], "--Gateway:Drain:Delay=00:00:09", "--Gateway:Providers:google:BaseUrl", "http://three");

        Assert.True(configuration.Providers.TryGet("openai", out var openai));
        Assert.True(configuration.Providers.TryGet("google", out var google));
        Assert.Equal(("http://two", "http://three"), (openai.BaseUrl, google.BaseUrl));
        Assert.Equal(1, configuration.VirtualKeys.Count);
        Assert.NotNull(configuration.VirtualKeys.Find("vk-c"));
        Assert.Equal(TimeSpan.FromSeconds(9), configuration.Drain.Delay);
    }

    /// <summary>Load tests, and keys that are only to be counted, get limits that are out of reach.</summary>
    [Fact]
    public void LimitsOutOfReach_AreLimits()
    {
        var configuration = _file.Load("""
            { "Providers": { "openai": { "Kind": "OpenAI", "Credentials": [ { "Value": "sk-real" } ] } },
              "VirtualKeys": [ { "Name": "dev", "Value": "vk-dev", "Limits": { "RequestsPerMinute": 100000000, "TokensPerMinute": 100000000000, "TokenBurst": 100000000000 } } ] }
            """);

        Assert.Equal(100_000_000_000, configuration.VirtualKeys.Find("vk-dev")?.Limits?.TokenBurst);
    }

    [Fact]
    public void CommandLine_SetsNumbersFlagsAndItemsOfLists()
    {
        var configuration = _file.Load(
            $$"""{ {{Minimal}} }""",
            "--Gateway:Transport:MaxCallsPerOrigin=7",
            "--Gateway:VirtualKeys:0:Enabled=False",
            "--Gateway:VirtualKeys:1:Name=second",
            "--Gateway:VirtualKeys:1:Value=123",
            "--Gateway:VirtualKeys:1:Providers:0=openai");

        Assert.Equal(7, configuration.Transport.MaxCallsPerOrigin);
        Assert.False(configuration.VirtualKeys.Find("vk-dev")?.Enabled);
        Assert.Equal(["openai"], configuration.VirtualKeys.Find("123")?.Providers!);
    }

    [Fact]
    public void Faults_AreAllNamedWithTheirPaths()
    {
        var faults = _file.FaultsOf("""
            {
              "Providers": {
                "OpenAI!": { "Kind": "OpenAI" },
                "metrics": { "Kind": "OpenAI" },
                "a": { "Kind": "Nope", "BaseUrl": "ftp://x", "Credentials": [ { "Value": "x", "Env": "Y" } ] },
                "b": { "Kind": "OpenAI", "Credentials": [ { "Env": "ULTRAAI_TEST_NOT_SET" } ], "Colour": "red" },
                "c": { "Kind": 7 },
                "d": { "Kind": "OpenAI", "Credentials": [ { "File": "/not/there" } ], "MaxCallsPerOrigin": 1000 }
              },
              "VirtualKeys": [
                { "Name": "x", "Value": "same" },
                { "Name": "x", "Value": "same" },
                { "Name": "y" },
                { "Name": "z", "Sha256": "abc", "Providers": [ "nobody" ], "Endpoints": [ "v1" ], "AllowedNetworks": [ "10.0.0.0/99" ] }
              ],
              "Transport": { "Timeout": "soon", "MaxCallsPerOrigin": 0, "HttpVersion": "3" },
              "TrustedProxies": "10.0.0.0/8",
              "PublicUrl": "gateway.example.com"
            }
            """);

        string[] expected =
        [
            "Gateway:Providers:OpenAI!:", "Gateway:Providers:metrics:", "Gateway:Providers:a:Kind:", "Gateway:Providers:a:BaseUrl:",
            "Gateway:Providers:a:Credentials:0:", "Gateway:Providers:b:Credentials:0:Env:", "Gateway:Providers:b:Colour:", "Gateway:Providers:c:Kind:",
            "Gateway:Providers:d:Credentials:0:File:", "Gateway:Providers:d:MaxCallsPerOrigin:",
            "Gateway:VirtualKeys:1:Name:", "Gateway:VirtualKeys:1:", "Gateway:VirtualKeys:2:", "Gateway:VirtualKeys:3:Sha256:",
            "Gateway:VirtualKeys:3:Providers:0:", "Gateway:VirtualKeys:3:Endpoints:0:", "Gateway:VirtualKeys:3:AllowedNetworks:0:",
            "Gateway:Transport:Timeout:", "Gateway:Transport:MaxCallsPerOrigin:", "Gateway:Transport:HttpVersion:",
            "Gateway:TrustedProxies:", "Gateway:PublicUrl:",
        ];
        Assert.All(expected, path => Assert.Contains(faults, fault => fault.StartsWith(path + " ", StringComparison.Ordinal)));
        Assert.Equal(expected.Length, faults.Count);
    }

    [Theory]
    [InlineData("""{ "BaseUrl": "http://a", "Destinations": [ "http://b" ] }""", "Destinations: stands beside BaseUrl; only one of them can be used.")]
    [InlineData("""{ "Destinations": [] }""", "Destinations: has 0 URLs; it must have 1 to 64.")]
    [InlineData("""{ "Destinations": [ "http://a", "b" ] }""", "Destinations:1: must be an absolute http or https URL without user, query and fragment.")]
    [InlineData("""{ "Destinations": [ "http://a/v1", "http://a/v1/" ] }""", "Destinations:1: has the host and port of an earlier one, 'a'.")]
    [InlineData("""{ "Destinations": [ "http://a/v1", "http://b" ] }""", "Destinations:1: has another path than the first one; the endpoints that a key may use are told by it.")]
    [InlineData("""{ "Credentials": [ { "Value": "a" }, { "Value": "b" } ] }""", "Credentials:1:Name: 'main' is the name of an earlier credential too.")]
    [InlineData("""{ "Credentials": [ { "Value": "a", "Weight": 0 } ] }""", "Credentials:0:Weight: is 0; it must be between 1 and 1000.")]
    public void Pool_ThatCantBeUsed_IsAFault(string provider, string fault)
    {
        var faults = _file.FaultsOf($$"""
            { "Providers": { "p": { "Kind": "OpenAI", {{provider.Trim()[1..]}} }, "VirtualKeys": [ { "Name": "dev", "Value": "vk-dev" } ] }
            """);

        Assert.Equal(["Gateway:Providers:p:" + fault], faults);
    }

    [Theory]
    [InlineData("", "\"one\", \"nobody\"", "Gateway:VirtualKeys:0:Credentials:1: none of the key's providers has a credential 'nobody'.")]
    [InlineData("\"q\"", "\"one\", \"three\"", "Gateway:VirtualKeys:0:Credentials:0: none of the key's providers has a credential 'one'.")]
    [InlineData("\"p\", \"q\"", "\"one\"", "Gateway:VirtualKeys:0:Credentials: names no credential of provider 'q', which the key's Providers name: no call of it could be made.")]
    [InlineData("\"p\", \"local\"", "\"two\"", null)]
    public void CredentialsOfAKey_AreThoseOfItsProviders(string providers, string credentials, string? fault)
    {
        var faults = _file.FaultsOf($$"""
            {
              "Providers": {
                "p": { "Kind": "OpenAI", "Credentials": [ { "Name": "one", "Value": "a" }, { "Name": "two", "Value": "b" } ] },
                "q": { "Kind": "OpenAI", "Credentials": [ { "Name": "three", "Value": "c" } ] },
                "local": { "Kind": "OpenAI", "BaseUrl": "http://localhost" }
              },
              "VirtualKeys": [ { "Name": "dev", "Value": "vk-dev", {{(providers.Length > 0 ? $"\"Providers\": [ {providers} ]," : "")}} "Credentials": [ {{credentials}} ] } ]
            }
            """);

        Assert.Equal(fault is null ? [] : [fault], faults);
    }

    /// <summary>An item that can't be used is one fault, and neither hides nor makes others.</summary>
    [Theory]
    [InlineData(""" "VirtualKeys": [ null, { "Name": "dev", "Value": "vk-dev" } ] """, "VirtualKeys:0: must not be null.")]
    [InlineData(""" "VirtualKeys": [ "vk-dev" ] """, "VirtualKeys:0: must be an object.")]
    [InlineData(""" "Providers": { "p": { "Kind": "OpenAI", "Credentials": [ null ] } } """, "Providers:p:Credentials:0: must not be null.")]
    [InlineData(""" "Providers": { "p": { "Kind": "OpenAI", "Destinations": [ null, "http://a" ] } } """, "Providers:p:Destinations:0: must not be null.")]
    [InlineData(""" "Prices": [ null, { "Model": "p/*", "Input": 1, "Output": 1 } ] """, "Prices:0: must not be null.")]
    [InlineData(""" "Ultra": { "Presets": { "x": { "Members": [ null, "openai/a" ], "Lead": "openai/a" } } } """, "Ultra:Presets:x:Members:0: must not be null.")]
    [InlineData(""" "TrustedProxies": [ 5 ] """, "TrustedProxies:0: must be a string.")]
    [InlineData(""" "Models": { "openai/a": { "Modalities": [ {} ] } } """, "Models:openai/a:Modalities:0: must be a string.")]
    public void ItemOfAnotherKind_IsAFaultBesideAllOthers(string section, string fault)
    {
        var root = JsonNode.Parse($$"""{ {{Minimal}}, "Drain": { "Delay": "1.00:00:00" } }""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse($$"""{ {{section}} }""")!.AsObject())
        {
            if (name == "Providers")
            {
                root[name]!["p"] = value!["p"]!.DeepClone();
            }
            else
            {
                root[name] = value!.DeepClone();
            }
        }

        var faults = _file.FaultsOf(root.ToJsonString());

        Assert.Equal(["Gateway:Drain:Delay: is 1.00:00:00; it must be between 00:00:00 and 00:10:00.", "Gateway:" + fault], faults);
    }

    [Fact]
    public void SectionOfAnotherKind_IsTheOnlyFault()
    {
        Assert.Equal(["Gateway: must be an object."], _file.FaultsOf("5"));
    }

    /// <summary>An empty variable is one that is not set, wherever it points to.</summary>
    [Theory]
    [InlineData("--Gateway:VirtualKeys:1=")]
    [InlineData("--Gateway:VirtualKeys:1:Name=")]
    [InlineData("--Gateway:Providers:google:BaseUrl=")]
    [InlineData("--Gateway:TrustedProxies:0=")]
    [InlineData("--Gateway:Drain:Delay=")]
    public void EmptyValue_IsNotSet(string argument)
    {
        var configuration = _file.Load($$"""{ {{Minimal}} }""", argument);

        Assert.Equal(1, configuration.VirtualKeys.Count);
        Assert.Single(configuration.Providers.All);
        Assert.Equal(TimeSpan.FromSeconds(5), configuration.Drain.Delay);
    }

    [Theory]
    [InlineData("2027-01-01T00:00:00Z", true)]
    [InlineData("2027-01-01T00:00:00+02:00", true)]
    [InlineData("2027-01-01T00:00:00-02:00", true)]
    [InlineData("2027-01-01T00:00:00", false)]
    [InlineData("2027-01-01", false)]
    public void ExpiresAt_NeedsATimeZone(string time, bool isValid)
    {
        var faults = _file.FaultsOf($$"""
            { "Providers": {}, "VirtualKeys": [ { "Name": "dev", "Value": "vk-dev", "ExpiresAt": "{{time}}" } ] }
            """);

        Assert.Equal(isValid ? [] : ["Gateway:VirtualKeys:0:ExpiresAt: must be a time with its zone, such as \"2027-01-01T00:00:00Z\"."], faults);
    }

    [Fact]
    public void DuplicateProperty_IsAFault()
    {
        var faults = _file.FaultsOf($$"""{ {{Minimal}}, "Drain": { "Delay": "00:00:01", "delay": "00:00:02" } }""");

        Assert.Equal(["Gateway:Drain:delay: stands there twice."], faults);
    }

    [Fact]
    public void SecretWithWhiteSpaceInside_IsAFaultThatDoesNotShowIt()
    {
        var faults = _file.FaultsOf("""{ "Providers": {}, "VirtualKeys": [ { "Name": "a", "Value": "top secret" } ] }""");

        var fault = Assert.Single(faults);
        Assert.StartsWith("Gateway:VirtualKeys:0:Value: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("top", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownTopLevelSection_IsAFault()
    {
        var file = _file.Write("x.json", $$"""{ "Gatway": {}, "Gateway": { {{Minimal}} }, "Logging": { "LogLevel": { "Default": "Debug" } } }""");

        var exception = Assert.Throws<ConfigurationException>(() => ConfigurationFile.LoadFiles([file]));

        Assert.Equal("Gatway", Assert.Single(exception.Errors).Path);
    }

    [Fact]
    public void BrokenJson_SaysWhere()
    {
        var file = _file.Write("x.json", "{\n \"Gateway\": {{\n}");

        var exception = Assert.Throws<ConfigurationException>(() => ConfigurationFile.LoadFiles([file]));

        Assert.Contains("line 2", Assert.Single(exception.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FileAndHash_AreSourcesOfKeys()
    {
        var secret = _file.Write("secret", "  sk-from-file\n");
        var digest = KeyDigest.Of("vk-hashed");

        var configuration = _file.Load($$"""
            { "Providers": { "openai": { "Kind": "OpenAI", "Credentials": [ { "File": "{{secret}}" } ] } },
              "VirtualKeys": [ { "Name": "h", "Sha256": "{{digest}}" } ] }
            """);

        Assert.True(configuration.Providers.TryGet("openai", out var provider));
        Assert.True(Assert.Single(provider.Credentials).IsIn("sk-from-file"));
        Assert.NotNull(configuration.VirtualKeys.Find("vk-hashed"));
    }
}
