using System.Text.Json;
using UltraAI.Gateway.Prices;
using Xunit;

namespace UltraAI.Gateway.Tests.Prices;

public sealed class PriceTableTests
{
    [Theory]
    [InlineData("openai", "gpt-4o-mini-2024", "openai/gpt-4o-mini*")]
    [InlineData("openai", "GPT-4o", "openai/gpt-4o*")]
    [InlineData("openai", "o3", "openai/*")]
    [InlineData("azure", "gpt-4o", "*/gpt-4o")]
    [InlineData("huggingface", "meta-llama/Llama-3.3-70B:fast", "huggingface/meta-llama/*")]
    [InlineData("anthropic", "claude", null)]
    public void LongestMatch_Wins(string provider, string model, string? expected)
    {
        var table = Build("openai/*", "openai/gpt-4o*", "openai/gpt-4o-mini*", "*/gpt-4o", "huggingface/meta-llama/*");

        Assert.Equal(expected, table.Find(provider, model)?.Model);
        Assert.Equal(expected, table.Find(provider, model)?.Model);
    }

    [Fact]
    public void FoundAgain_AllocatesNothing()
    {
        var table = Build("openai/gpt-4o*");

        var allocated = Allocations.Of(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                table.Find("openai", "gpt-4o");
            }
        });

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void NamesThatClientsMakeUp_FillNoMemory()
    {
        var table = Build("openai/gpt-4o*");

        for (var i = 0; i < 3 * PriceTable.MaxRemembered; i++)
        {
            Assert.NotNull(table.Find("openai", $"gpt-4o-{i}"));
            Assert.InRange(table.Remembered, 1, PriceTable.MaxRemembered);
        }

        var remembered = table.Remembered;
        Assert.NotNull(table.Find("openai", "gpt-4o-" + new string('x', 10_000)));
        Assert.Equal(remembered, table.Remembered);
    }

    [Fact]
    public void EveryFault_IsToldWithItsPath()
    {
        var errors = new List<(string Path, string Message)>();

        var table = PriceTable.Build(
        [
            new PriceOptions { Model = "a/b", Input = 1 },
            new PriceOptions { Model = "A/B", Input = 1 },
            new PriceOptions { Model = "a/c", Input = -1, Output = 0.0000001m, CachedInput = 1_000_001m },
            new PriceOptions { Model = "gpt-4o", Output = 1 },
            new PriceOptions { Input = 1, MaxOutputTokens = 0 },
        ],
        "Gateway:Prices",
        errors);

        Assert.Equal(1, table.Count);
        Assert.Equal(
        [
            "Gateway:Prices:1:Model", "Gateway:Prices:2:Input", "Gateway:Prices:2:CachedInput", "Gateway:Prices:2:Output",
            "Gateway:Prices:3:Model", "Gateway:Prices:3:Input", "Gateway:Prices:4:Model", "Gateway:Prices:4:MaxOutputTokens",
        ],
        errors.Select(error => error.Path));
    }

    [Fact]
    public void PricesFile_HasNoFault()
    {
        using var document = JsonDocument.Parse(
            File.ReadAllText(Repository.Path("config", "prices.json")), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var errors = new List<(string Path, string Message)>();

        var table = PriceTable.Build(
            [.. document.RootElement.GetProperty("Gateway").GetProperty("Prices").EnumerateArray().Select(Read)], "Gateway:Prices", errors);

        Assert.Empty(errors);
        Assert.Equal("openai/gpt-5.4-mini*", table.Find("openai", "gpt-5.4-mini-2026")?.Model);
        Assert.Equal("anthropic/claude-sonnet-4*", table.Find("anthropic", "claude-sonnet-4-5")?.Model);
    }

    private static PriceTable Build(params string[] models)
    {
        var errors = new List<(string Path, string Message)>();
        var table = PriceTable.Build([.. models.Select(model => new PriceOptions { Model = model, Input = 1, Output = 2 })], "Gateway:Prices", errors);
        Assert.Empty(errors);
        return table;
    }

    private static PriceOptions Read(JsonElement entry) => new()
    {
        Model = entry.GetProperty("Model").GetString(),
        Input = entry.GetProperty("Input").GetDecimal(),
        CachedInput = entry.GetProperty("CachedInput").GetDecimal(),
        Output = entry.GetProperty("Output").GetDecimal(),
    };
}
