using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>The gateway writes where its configuration says, and nowhere else.</summary>
public sealed class HomeDirectoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Gateway_LeavesItsUsersHomeAlone(bool isDemo)
    {
        using var home = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Providers"] = new JsonObject { ["openai"] = GatewayEnvironment.Provider("OpenAI", "openai", "http://127.0.0.1:1") },
                ["VirtualKeys"] = new JsonArray(new JsonObject { ["Name"] = "test", ["Value"] = GatewayEnvironment.VirtualKey }),
                ["Store"] = new JsonObject { ["Path"] = folder.PathOf("gateway.db") },
            },
        }.ToJsonString());
        string[] args = isDemo ? ["demo", "--urls", "http://127.0.0.1:0"] : ["--config", file, "--urls", "http://127.0.0.1:0"];
        await using var gateway = GatewayProcess.Start(args, new Dictionary<string, string> { ["HOME"] = home.PathOf(".") });

        await gateway.WaitForAsync(isDemo ? "/dashboard/" : "Now listening on: ");
        await gateway.TerminateAsync();

        Assert.Empty(Directory.EnumerateFileSystemEntries(home.PathOf("."), "*", SearchOption.AllDirectories));
    }
}
