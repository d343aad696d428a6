using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>Publishing takes both cores for a while, so it runs when nothing else does.</summary>
[CollectionDefinition(nameof(ImageTests), DisableParallelization = true)]
public sealed class ImageTestsRunAlone;

/// <summary>No container engine is needed: what the image's build runs is run here, and what it starts is started.</summary>
[Collection(nameof(ImageTests))]
public sealed class ImageTests : IDisposable
{
    private static readonly TimeSpan PublishPatience = TimeSpan.FromMinutes(9);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-image-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Image_IsSmallAndNotRoot()
    {
        Assert.EndsWith("aspnet:10.0-noble-chiseled", Dockerfile.All("FROM").Last(), StringComparison.Ordinal);
        Assert.Equal("$APP_UID", Dockerfile.All("USER").Single());
        Assert.Equal($"ASPNETCORE_HTTP_PORTS={Dockerfile.Port}", Dockerfile.All("ENV").Single());
    }

    [Fact]
    public void Sources_AreThereAndNotIgnored()
    {
        var ignore = File.ReadAllLines(Repository.Path(".dockerignore"));

        Assert.All(Dockerfile.Sources, source => Assert.True(Path.Exists(Repository.Path(source)), source));
        Assert.All(Dockerfile.Sources, source => Assert.Contains("!" + source, ignore));
        Assert.Contains("*", ignore);
    }

    [Fact]
    public async Task PublishedProgram_StartsIsHealthyAndStops()
    {
        var source = Path.Combine(_folder.FullName, "source");
        var program = Path.Combine(_folder.FullName, "app");
        Copy(source);
        Assert.EndsWith(" -o /app", Dockerfile.Publish, StringComparison.Ordinal);

        var (exitCode, output) = await GatewayProcess.RunAsync(
            "sh", ["-c", Dockerfile.Publish.Replace("/app", program, StringComparison.Ordinal)], BuildVariables(), source, PublishPatience);

        // NU1301: the package source does not answer. The compiler for ReadyToRun is a package like any other.
        Assert.SkipWhen(exitCode != 0 && output.Contains("NU1301", StringComparison.Ordinal), "The packages for publishing can't be had.");
        Assert.True(exitCode == 0, output);
        Assert.True(IsReadyToRun(Path.Combine(program, "UltraAI.Gateway.dll")), "The program is not compiled ahead of time.");

        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_HTTP_PORTS"] = FreePort().ToString(CultureInfo.InvariantCulture),
            ["ULTRAAI_KEY"] = "vk-of-the-image-test",
            ["OPENAI_API_KEY"] = "sk-not-a-real-one",
            ["Gateway__Drain__Delay"] = "00:00:00",
        };
        var entryPoint = Dockerfile.Exec(Dockerfile.All("ENTRYPOINT").Single());
        var healthCheck = Dockerfile.Exec(Dockerfile.All("HEALTHCHECK").Single());
        Assert.Equal(["dotnet", "UltraAI.Gateway.dll"], entryPoint);

        await using var gateway = GatewayProcess.Start([], variables, Path.Combine(program, entryPoint[1]));
        await gateway.WaitForAsync("Now listening on: ");
        using var client = new HttpClient();
        var response = await client.GetAsync(new Uri($"http://localhost:{variables["ASPNETCORE_HTTP_PORTS"]}/health/ready"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        var health = await GatewayProcess.RunAsync(healthCheck[0], healthCheck[1..], variables, program);
        Assert.Equal((0, """{"status":"ok"}"""), (health.ExitCode, health.Output.Trim()));

        Assert.Equal(0, await gateway.TerminateAsync());
        health = await GatewayProcess.RunAsync(healthCheck[0], healthCheck[1..], variables, program);
        Assert.Equal(1, health.ExitCode);
    }

    private static Dictionary<string, string> BuildVariables() => new()
    {
        ["TARGETARCH"] = RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64",

        // No server of the build's stays behind in the temporary folder.
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["UseSharedCompilation"] = "false",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["DOTNET_NOLOGO"] = "1",
    };

    private static bool IsReadyToRun(string file)
    {
        using var reader = new PEReader(File.OpenRead(file));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.IPv6Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // As COPY does it, less what .dockerignore takes out.
    private static void Copy(string target)
    {
        foreach (var source in Dockerfile.Sources)
        {
            var path = Repository.Path(source.TrimEnd('/'));
            var files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : [path];
            foreach (var file in files)
            {
                var relative = Path.GetRelativePath(Repository.Root, file);
                if (relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
                {
                    continue;
                }

                var copy = Path.Combine(target, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
