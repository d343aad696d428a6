using System.Globalization;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Tests.Architecture;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

public sealed partial class ArchitectureDocumentTests
{
    private static readonly Document Architecture = Document.Open("docs/architecture.md");

    [Fact]
    public void Steps_AreThoseOfTheCode()
    {
        var inCode = Repository.ProductSources()
            .SelectMany(File.ReadAllLines)
            .Where(line => line.Contains(":: Step ", StringComparison.Ordinal))
            .SelectMany(line => StepPattern().Matches(line))
            .Select(Number);
        var inDocument = HeadingPattern().Matches(Architecture.Text).Select(Number).ToArray();

        Assert.Equal(Enumerable.Range(1, 7), inDocument);
        Assert.Equal(inDocument, inCode.Distinct().Order());
    }

    [Fact]
    public void Picture_HasEveryStep()
    {
        var picture = Architecture.Blocks("").First();

        Assert.All(Enumerable.Range(1, 7), step => Assert.Matches($@"(?m)^[ │]*{step} [a-z]+  ", picture));
    }

    [Theory]
    [InlineData("docs/architecture.md")]
    [InlineData("CONTRIBUTING.md")]
    public void Folders_StandInTheOrderOfTheDependencyLine(string path)
    {
        var line = Document.Open(path).Code().Single(code => code.StartsWith("Program → ", StringComparison.Ordinal)).Split(" → ");
        var folders = Directory.EnumerateDirectories(Repository.Path("src", "UltraAI.Gateway")).Select(Path.GetFileName)
            .Where(folder => folder is not ("bin" or "obj" or "Properties"));

        Assert.Equal(DependencyLineTests.Line.Where(line.Contains), line);
        Assert.Equal(folders.Append("Program").Order(StringComparer.Ordinal), line.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TypesThatAreNamed_AreThere()
    {
        var files = Repository.ProductSources().Concat(Directory.EnumerateFiles(Repository.Path("tests"), "*Tests.cs", SearchOption.AllDirectories));
        var sources = string.Concat(files.Select(File.ReadAllText));
        var names =
            from document in Document.All()
            where document.Path is "docs/architecture.md" or "CONTRIBUTING.md" || document.Path.StartsWith("docs/decisions/", StringComparison.Ordinal)
            from code in document.Code()
            where TypeNamePattern().IsMatch(code)
            select code;

        Assert.All(names.Distinct(), name => Assert.Matches($@"\b{name}\b", sources));
    }

    private static int Number(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Step (\d+)")]
    private static partial Regex StepPattern();

    [GeneratedRegex(@"^### Step (\d+): ", RegexOptions.Multiline)]
    private static partial Regex HeadingPattern();

    // PascalCase of two words or more, such as CallGate; not a kind's or an option's single word.
    [GeneratedRegex("^I?[A-Z][a-z]+(?:[A-Z][a-z]+)+$")]
    private static partial Regex TypeNamePattern();
}
