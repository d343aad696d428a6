using Xunit;

namespace UltraAI.Gateway.Tests.Architecture;

/// <summary>NBomber has a licence of its own and is not on every registry: nothing but the one project may need it.</summary>
public sealed class LoadTestProjectTests
{
    private static readonly string Folder = Repository.Path("loadtests", "UltraAI.Gateway.LoadTests");

    [Fact]
    public void Solution_DoesNotHaveIt()
    {
        Assert.DoesNotContain("LoadTests", File.ReadAllText(Repository.Path("UltraAI.Gateway.sln")), StringComparison.Ordinal);
        Assert.DoesNotContain("NBomber", File.ReadAllText(Repository.Path("Directory.Packages.props")), StringComparison.Ordinal);
    }

    [Fact]
    public void Version_IsTheLastOneUnderApacheUnlessAnotherIsGiven()
    {
        var project = File.ReadAllText(Path.Combine(Folder, "UltraAI.Gateway.LoadTests.csproj"));

        Assert.Contains("<NBomberVersion Condition=\"'$(NBomberVersion)' == ''\">4.1.2</NBomberVersion>", project, StringComparison.Ordinal);
        Assert.Contains("Include=\"NBomber\" Version=\"$(NBomberVersion)\"", project, StringComparison.Ordinal);
        Assert.Contains("-p:NBomberVersion=", File.ReadAllText(Path.Combine(Folder, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void HttpPart_DoesNotNameIt()
    {
        var files = Directory.GetFiles(Path.Combine(Folder, "Http"), "*.cs");

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain("NBomber.", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.All(files, file => Assert.DoesNotContain("using NBomber", File.ReadAllText(file), StringComparison.Ordinal));
    }
}
