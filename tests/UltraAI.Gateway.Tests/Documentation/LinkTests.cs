using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

public sealed class LinkTests
{
    [Fact]
    public void Links_WithinTheRepository_LeadSomewhere()
    {
        var broken =
            from document in Document.All()
            from link in document.Links()
            where !link.StartsWith("http", StringComparison.Ordinal) && !LeadsSomewhere(document, link)
            select $"{document.Path}: {link}";

        Assert.Empty(broken);
    }

    [Fact]
    public void Decisions_AreNumberedWithoutGaps()
    {
        var numbers = Directory.EnumerateFiles(Repository.Path("docs", "decisions"), "*.md").Select(file => Path.GetFileName(file)[..4]).Order().ToArray();

        Assert.Equal(Enumerable.Range(1, numbers.Length).Select(number => $"{number:0000}"), numbers);
        Assert.All(Document.All().Where(document => document.Path.StartsWith("docs/decisions/", StringComparison.Ordinal)), decision =>
        {
            string[] parts = ["**Context.**", "**Decision.**", "**Consequences.**"];
            Assert.All(parts, part => Assert.Contains(part, decision.Text, StringComparison.Ordinal));
        });
    }

    private static bool LeadsSomewhere(Document from, string link)
    {
        var parts = link.Split('#');
        if (parts[0].Length == 0)
        {
            return from.Anchors().Contains(parts[1]);
        }

        var path = Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(from.Path)!, parts[0])));
        return File.Exists(Repository.Path(path))
            && (parts.Length == 1 || Document.Open(path.Replace(Path.DirectorySeparatorChar, '/')).Anchors().Contains(parts[1]));
    }
}
