using System.Text.Json;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Tests.Configuration;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

public sealed partial class PricesFileTests
{
    private static readonly string[] Names = ["Model", "Input", "CachedInput", "CacheWrite5m", "CacheWrite1h", "Output"];

    [Fact]
    public void EachEntry_HasItsSourceAndDateOnItsLine()
    {
        var lines = File.ReadAllLines(Repository.Path("config", "prices.json")).Where(line => line.Contains("\"Model\"", StringComparison.Ordinal)).ToArray();

        Assert.Equal(Entries().Count, lines.Length);
        Assert.All(lines, line => Assert.Matches(SourcePattern(), line));
    }

    [Fact]
    public void EachEntry_HasPricesInTheirUsualOrderAndNoOtherName()
    {
        var entries = Entries();

        Assert.Equal(entries.Count, entries.Select(entry => entry.GetProperty("Model").GetString()).Distinct().Count());
        Assert.All(entries, entry =>
        {
            Assert.Empty(entry.EnumerateObject().Select(property => property.Name).Except(Names));
            Assert.True(Price(entry, "Output") > Price(entry, "Input"));
            Assert.True(Price(entry, "Input") > Price(entry, "CachedInput") && Price(entry, "CachedInput") > 0);
        });
    }

    [Fact]
    public void File_HasNoFaults()
    {
        // It has no providers and no keys: it goes behind a file that has.
        var exception = Assert.Throws<ConfigurationException>(() => ConfigurationFile.LoadFiles([Repository.Path("config", "prices.json")]));

        Assert.DoesNotContain(exception.Errors, error => error.Path.StartsWith("Gateway:Prices", StringComparison.Ordinal));
    }

    private static IReadOnlyList<JsonElement> Entries()
    {
        using var document = JsonDocument.Parse(
            File.ReadAllText(Repository.Path("config", "prices.json")), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        return [.. document.RootElement.GetProperty("Gateway").GetProperty("Prices").EnumerateArray().Select(entry => entry.Clone())];
    }

    private static decimal Price(JsonElement entry, string name) => entry.GetProperty(name).GetDecimal();

    [GeneratedRegex(@"// https://\S+ 20\d\d-\d\d-\d\d$")]
    private static partial Regex SourcePattern();
}
