using System.ClientModel;
using System.Text.RegularExpressions;
using Anthropic;
using Anthropic.Models.Messages;
using OpenAI;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Telemetry;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>The README's tables against the code.</summary>
[Collection(nameof(DemoFixture))]
public sealed partial class ReadmeTests(DemoFixture demo)
{
    [Fact]
    public void Errors_AreThoseOfTheCode()
    {
        var documented = Document.Readme.Rows("Errors")
            .Where(row => row[0].Contains('_', StringComparison.Ordinal) || row[0] == "`draining`")
            .SelectMany(row => NamePattern().Matches(row[0]).Select(name => (name.Groups[1].Value, row[1])));
        var existing = Enum.GetValues<ErrorCode>().Select(code => new GatewayError(code, "")).Select(error => (error.Name, $"{error.StatusCode}"));

        Assert.Equal(existing.Order(), documented.Order());
    }

    /// <summary>Those that /ultra alone has. They have no list in the code, so they are looked for where they are written.</summary>
    [Fact]
    public void ErrorsOfUltra_AreThoseOfTheCode()
    {
        var documented = Document.Open("docs/ultra.md").Rows("Errors").Skip(2)
            .SelectMany(row => NamePattern().Matches(row[0]).Select(name => (name.Groups[1].Value, row[1])));
        var ofRequests = Enum.GetValues<ChatRequestFault>().Select(fault => (new ChatRequestError(fault, null, "").Code, "400"));
        var written = Directory.EnumerateFiles(Repository.Path("src", "UltraAI.Gateway", "Synthesis"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => UltraErrorPattern().Matches(File.ReadAllText(file)))
            .Select(error => (error.Groups[2].Value, error.Groups[1].Success ? error.Groups[1].Value : "400"));
        var shared = Enum.GetValues<ErrorCode>().Select(code => new GatewayError(code, "").Name).ToHashSet();

        Assert.Equal(ofRequests.Concat(written).Where(error => !shared.Contains(error.Item1)).Distinct().Order(), documented.Order());
    }

    [Fact]
    public void Routes_AreThoseOfTheKinds()
    {
        var rows = Document.Readme.Rows("The path of a request").ToDictionary(row => row[0], row => row[1]);

        Assert.All(
            ProviderKinds.All.Where(kind => kind.DefaultBaseUrl is not null),
            kind => Assert.Equal($"`{kind.DefaultBaseUrl}/**`", rows[$"`/{kind.Name.ToLowerInvariant()}/**`"]));
    }

    [Fact]
    public void Metrics_AreThoseOfTheCode()
    {
        var instruments = typeof(GatewayTelemetry.Instruments).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        var names = instruments.Select(name => name.Replace('.', '_')).ToArray();
        var documented = Document.All().SelectMany(document => MetricPattern().Matches(document.Text)).Select(match => match.Value).Distinct().ToArray();

        Assert.All(documented, metric => Assert.Contains(names, name => metric.StartsWith(name, StringComparison.Ordinal) && metric[name.Length..] is "" or "_total" or "_seconds" or "_usd" or "_usd_total" or "_seconds_count" or "_seconds_bucket" or "_seconds_sum"));
        Assert.All(names, name => Assert.Contains(documented, metric => metric.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OpenAISdk_WorksAsTheTableSays()
    {
        var client = new OpenAIClient(new ApiKeyCredential(demo.Key), new OpenAIClientOptions { Endpoint = new Uri($"{demo.Address}/openai/v1") });

        var completion = await client.GetChatClient("gpt-4o").CompleteChatAsync("Hello!");

        Assert.NotEqual("", completion.Value.Content[0].Text);
    }

    [Fact]
    public async Task AnthropicSdk_WorksAsTheTableSays()
    {
        using var client = new AnthropicClient { BaseUrl = $"{demo.Address}/anthropic", ApiKey = demo.Key };

        var message = await client.Messages.Create(new MessageCreateParams
        {
            Model = "claude-sonnet-4-5",
            MaxTokens = 100,
            Messages = [new UserMessageParam("Hello!")],
        });

        Assert.NotEmpty(message.Content);
    }

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"(?:UltraError\.Invalid\(|StatusCodes\.Status(\d+)\w+,)\s*""([a-z_]+)""")]
    private static partial Regex UltraErrorPattern();

    [GeneratedRegex(@"\bultraai_[a-z_]+")]
    private static partial Regex MetricPattern();
}
