using System.Text.Json;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>The repository's Dockerfile, as its instructions.</summary>
internal static class Dockerfile
{
    private static readonly (string Name, string Arguments)[] Instructions =
    [
        .. File.ReadLines(Repository.Path("Dockerfile"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 2))
            .Select(parts => (parts[0], parts[1])),
    ];

    public static IEnumerable<string> All(string name) => Instructions.Where(instruction => instruction.Name == name).Select(instruction => instruction.Arguments);

    /// <summary>The one command that the image runs when it is built.</summary>
    public static string Publish => All("RUN").Single();

    public static string Port => All("EXPOSE").Single();

    /// <summary>What the first stage copies out of the repository.</summary>
    public static IEnumerable<string> Sources => All("COPY")
        .Where(arguments => !arguments.StartsWith("--from", StringComparison.Ordinal))
        .SelectMany(arguments => arguments.Split(' ')[..^1]);

    /// <summary>A command in exec form, behind a name such as <c>ENTRYPOINT</c> or <c>CMD</c>.</summary>
    public static string[] Exec(string arguments) =>
        JsonSerializer.Deserialize<string[]>(arguments[arguments.IndexOf('[', StringComparison.Ordinal)..], JsonSerializerOptions.Web)!;
}
