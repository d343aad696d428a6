using System.Text.RegularExpressions;
using Xunit;

namespace UltraAI.Gateway.Tests.Architecture;

/// <summary>A folder of the product may use those to its right, none to its left.</summary>
public sealed partial class DependencyLineTests
{
    internal static readonly string[] Line =
    [
        "Program", "Commands", "Demo", "Rehearsal", "Dashboard", "Admin", "Health", "Configuration", "Synthesis", "Forwarding", "Admission",
        "Transport", "Metering", "Limits", "Prices", "Keys", "Providers", "Storage", "Errors", "Telemetry",
    ];

    [Fact]
    public void EveryFolder_IsOnTheLine()
    {
        var folders = Repository.ProductSources().Select(FolderOf).Distinct();

        Assert.Empty(folders.Except(Line));
    }

    [Fact]
    public void EveryFile_UsesOnlyFoldersToItsRight()
    {
        var offences =
            from file in Repository.ProductSources()
            let own = Array.IndexOf(Line, FolderOf(file))
            from used in FoldersUsedBy(File.ReadAllText(file))
            where used != Line[own] && Array.IndexOf(Line, used) < own
            select $"{Path.GetFileName(file)} ({Line[own]}) uses {used}";

        Assert.Empty(offences.Distinct());
    }

    [Fact]
    public void EveryFile_HasTheNamespaceOfItsFolder()
    {
        var offences =
            from file in Repository.ProductSources()
            let folder = Path.GetRelativePath(Repository.Path("src", "UltraAI.Gateway"), Path.GetDirectoryName(file)!)
            let expected = folder == "." ? "UltraAI.Gateway" : "UltraAI.Gateway." + folder.Replace(Path.DirectorySeparatorChar, '.')
            let actual = NamespacePattern().Match(File.ReadAllText(file))
            where actual.Success && actual.Groups[1].Value != expected
            select $"{file}: {actual.Groups[1].Value}";

        Assert.Empty(offences);
    }

    [Fact]
    public void YarpTypes_AreNamedInForwardingOnly()
    {
        var offences = Repository.ProductSources()
            .Where(file => FolderOf(file) != "Forwarding" && YarpPattern().IsMatch(File.ReadAllText(file)));

        Assert.Empty(offences);
    }

    [Fact]
    public void Program_ReadsAsATableOfContents()
    {
        Assert.InRange(File.ReadAllLines(Repository.Path("src", "UltraAI.Gateway", "Program.cs")).Length, 1, 50);
    }

    private static string FolderOf(string file)
    {
        var relative = Path.GetRelativePath(Repository.Path("src", "UltraAI.Gateway"), file);
        var end = relative.IndexOf(Path.DirectorySeparatorChar);
        return end < 0 ? "Program" : relative[..end];
    }

    // Both "using UltraAI.Gateway.Keys;" and "Keys.VirtualKey" spelled out from the root.
    private static IEnumerable<string> FoldersUsedBy(string text) =>
        UsePattern().Matches(text).Select(match => match.Groups[1].Value).Where(name => Line.Contains(name)).Distinct();

    [GeneratedRegex(@"(?:UltraAI\.Gateway\.|(?<![\w.])(?=(?:Commands|Demo|Rehearsal|Dashboard|Admin|Health|Configuration|Synthesis|Forwarding|Admission|Transport|Metering|Limits|Prices|Keys|Providers|Storage|Errors|Telemetry)\.[A-Z]))(\w+)")]
    private static partial Regex UsePattern();

    // A log category in a string is not a type.
    [GeneratedRegex(@"(?<!"")Yarp\.ReverseProxy")]
    private static partial Regex YarpPattern();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespacePattern();
}
