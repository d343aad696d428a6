namespace UltraAI.Gateway.Tests;

/// <summary>Finds files of the repository from a test's output folder.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>The source files of the product, without what the build makes.</summary>
    public static IEnumerable<string> ProductSources() => Directory
        .EnumerateFiles(Path("src", "UltraAI.Gateway"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{System.IO.Path.DirectorySeparatorChar}obj{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.Contains($"{System.IO.Path.DirectorySeparatorChar}bin{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (File.Exists(System.IO.Path.Combine(folder, "UltraAI.Gateway.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("The tests must run from within the repository.");
    }
}
