using System.Text.RegularExpressions;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>A Markdown file of the repository, as tests read it.</summary>
internal sealed partial class Document
{
    private Document(string path)
    {
        Path = path;
        Text = File.ReadAllText(Repository.Path(path.Split('/')));
    }

    /// <summary>From the repository's root, with forward slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    public static Document Readme => Open("README.md");

    public static Document Open(string path) => new(path);

    public static IEnumerable<Document> All() =>
        Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Repository.Path("docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => System.IO.Path.GetRelativePath(Repository.Root, file).Replace(System.IO.Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)
            .Select(path => new Document(path));

    /// <summary>The contents of the fenced blocks in one of these languages.</summary>
    public IEnumerable<string> Blocks(params string[] languages) => BlocksOf(Text, languages);

    private static IEnumerable<string> BlocksOf(string text, string[] languages)
    {
        string? language = null;
        var block = new List<string>();
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()))
        {
            if (!line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                block.Add(line);
            }
            else if (language is null)
            {
                language = line.TrimStart().TrimStart('`');
                block.Clear();
            }
            else
            {
                if (languages.Contains(language))
                {
                    yield return string.Join('\n', block);
                }

                language = null;
            }
        }
    }

    /// <summary>The lines of the shell blocks.</summary>
    public IEnumerable<string> Commands() => CommandsIn(null);

    /// <summary>The lines of the shell blocks of a section; null: of all.</summary>
    public IEnumerable<string> CommandsIn(string? section) =>
        BlocksOf(Section(section), ["sh"]).SelectMany(block => block.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#');

    /// <summary>The rows of all tables, each as its cells; without heads and rules.</summary>
    public IEnumerable<string[]> Rows(string? section = null) =>
        Section(section).Split('\n')
            .Where(line => line.StartsWith('|'))
            .Select(line => line.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());

    /// <summary>The text below a heading, up to the next one of the same or a higher level.</summary>
    public string Section(string? heading)
    {
        if (heading is null)
        {
            return Text;
        }

        var start = Regex.Match(Text, $@"^(#+) {Regex.Escape(heading)}$", RegexOptions.Multiline);
        if (!start.Success)
        {
            throw new InvalidOperationException($"{Path} has no section '{heading}'.");
        }

        var rest = Text[(start.Index + start.Length)..];
        var end = Regex.Match(rest, $"^#{{1,{start.Groups[1].Length}}} ", RegexOptions.Multiline);
        return end.Success ? rest[..end.Index] : rest;
    }

    /// <summary>The targets of all links.</summary>
    public IEnumerable<string> Links() => LinkPattern().Matches(Text).Select(match => match.Groups[1].Value);

    /// <summary>The anchors that links may point at.</summary>
    public IEnumerable<string> Anchors() => HeadingPattern().Matches(Text).Select(match =>
        NotInAnchors().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    /// <summary>What stands in backticks.</summary>
    public IEnumerable<string> Code() => CodePattern().Matches(Text).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"^#+ (.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex CodePattern();
}
