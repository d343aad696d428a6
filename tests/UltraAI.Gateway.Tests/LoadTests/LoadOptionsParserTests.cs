using UltraAI.Gateway.LoadTests.Http;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests;

public sealed class LoadOptionsParserTests
{
    private static readonly string[] Least = ["--target", "http://127.0.0.1:8080", "--key", "uag-test", "--scenario", "streaming"];

    [Fact]
    public void LeastOptions_HaveTheDocumentedDefaults()
    {
        var options = LoadOptionsParser.Parse(Least, keyOfEnvironment: null);

        Assert.Equal((200, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(3), 0.01), (options.Rate, options.Duration, options.WarmUp, options.MaxErrors));
        Assert.Equal((LoadScenario.Streaming, "uag-test", "load-report", null), (options.Scenario, options.Key, options.Report, options.MaxP99));
    }

    [Fact]
    public void Values_AreTaken()
    {
        var options = LoadOptionsParser.Parse(
            [.. Least, "--rate", "50", "--duration=2m", "--warmup", "0s", "--max-p99", "250ms", "--max-errors", "0.5%", "--stall", "00:00:02", "--body-size", "4096", "--report", "out"],
            keyOfEnvironment: "ignored");

        Assert.Equal((50, TimeSpan.FromMinutes(2), TimeSpan.Zero, 4096, "out"), (options.Rate, options.Duration, options.WarmUp, options.BodySize, options.Report));
        Assert.Equal((TimeSpan.FromMilliseconds(250), 0.005, TimeSpan.FromSeconds(2)), (options.MaxP99, options.MaxErrors, options.Stall));
    }

    [Fact]
    public void Key_MayComeFromTheEnvironment()
    {
        Assert.Equal("uag-env", LoadOptionsParser.Parse(["--target", "https://gateway.example.com", "--scenario", "ultra"], "uag-env").Key);
    }

    [Theory]
    [InlineData("--target is missing", "--key", "k", "--scenario", "ultra")]
    [InlineData("--scenario is missing", "--target", "http://localhost", "--key", "k")]
    [InlineData("--key is missing", "--target", "http://localhost", "--scenario", "ultra")]
    [InlineData("'localhost:8080' is not an http or https address", "--target", "localhost:8080", "--key", "k", "--scenario", "ultra")]
    [InlineData("'http://localhost/gw?x=1' is not an http or https address without query and fragment", "--target", "http://localhost/gw?x=1", "--key", "k", "--scenario", "ultra")]
    [InlineData("'chaos' is none of passthrough, streaming, ultra, mixed, governance", "--target", "http://localhost", "--key", "k", "--scenario", "chaos")]
    [InlineData("'1' is none of", "--target", "http://localhost", "--key", "k", "--scenario", "1")]
    [InlineData("--rate: mixed needs a multiple of 20", "--target", "http://localhost", "--key", "k", "--scenario", "mixed", "--rate", "1")]
    [InlineData("--rate: mixed needs a multiple of 20", "--target", "http://localhost", "--key", "k", "--scenario", "mixed", "--rate", "50")]
    [InlineData("--requests-per-minute is missing", "--target", "http://localhost", "--key", "k", "--scenario", "governance")]
    public void MissingOrWrong_IsSaid(string message, params string[] args) => AssertRefused(message, args);

    [Theory]
    [InlineData("--rate: '0' is not a whole number above 0", "--rate", "0")]
    [InlineData("--rate: '-5' is not a whole number above 0", "--rate", "-5")]
    [InlineData("--duration: 'soon' is not a time", "--duration", "soon")]
    [InlineData("--duration: '30' is not a time", "--duration", "30")]
    [InlineData("--duration: the time must be above 0", "--duration", "0s")]
    [InlineData("--max-errors: '101%' is not a share", "--max-errors", "101%")]
    [InlineData("--thresholds is not an option", "--thresholds", "x")]
    [InlineData("--rate needs a value", "--rate")]
    [InlineData("'fast' is not an option", "fast")]
    [InlineData("--key is given twice", "--key", "other")]
    public void WrongValue_IsSaid(string message, params string[] args) => AssertRefused(message, [.. Least, .. args]);

    private static void AssertRefused(string message, string[] args) =>
        Assert.Contains(message, Assert.Throws<LoadOptionsException>(() => LoadOptionsParser.Parse(args, keyOfEnvironment: null)).Message, StringComparison.Ordinal);
}
