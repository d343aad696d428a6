using System.Runtime.InteropServices;
using UltraAI.Gateway.Compare.Processes;

namespace UltraAI.Gateway.Compare.Targets;

/// <summary>Publishes the gateway as its image does.</summary>
internal static class GatewayBuild
{
    /// <returns>The folder of the published gateway.</returns>
    public static async Task<string> PublishAsync(string folder)
    {
        var root = Root();
        var app = Path.Combine(folder, "app");
        var command = File.ReadLines(Path.Combine(root, "Dockerfile")).Single(line => line.StartsWith("RUN dotnet publish ", StringComparison.Ordinal))["RUN ".Length..]
            .Replace("$TARGETARCH", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64", StringComparison.Ordinal)
            .Replace("-o /app", $"-o {app} --artifacts-path {Path.Combine(folder, "artifacts")}", StringComparison.Ordinal);
        if (await RunAsync(folder, root, command) is not null)
        {
            Console.Error.WriteLine("Publishing with ReadyToRun failed (its compiler is a package); publishing without. Start times are then not those of the image.");
            if (await RunAsync(folder, root, command.Replace("-p:PublishReadyToRun=true", "", StringComparison.Ordinal)) is { } output)
            {
                throw new CompareException($"The gateway could not be published by '{command}': {output}");
            }
        }

        return app;
    }

    // The end of its output when it failed.
    private static async Task<string?> RunAsync(string folder, string root, string command)
    {
        await using var publish = StartedProcess.Start(Path.Combine(folder, "publish.log"), ["sh", "-c", $"cd '{root}' && {command}"]);
        return await publish.WaitForExitAsync() == 0 ? null : await publish.TailAsync();
    }

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "UltraAI.Gateway.sln")))
            {
                return folder;
            }
        }

        throw new CompareException("Run this from a clone of the repository, or give a published gateway with --gateway.");
    }
}
