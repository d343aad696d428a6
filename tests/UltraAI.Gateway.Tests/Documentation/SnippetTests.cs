using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>Every configuration in the documents loads.</summary>
public sealed partial class SnippetTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-docs-");

    public static TheoryData<string, int> Snippets => new(
        from document in Document.All()
        from number in Enumerable.Range(0, document.Blocks("json", "jsonc").Count())
        select (document.Path, number));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Snippets_AreFound()
    {
        Assert.Contains(Snippets, row => row.Data.Item1 == "README.md");
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public async Task Snippet_IsValid(string document, int number)
    {
        // What a snippet leaves out comes from a file below it.
        var below = Write("below.json", """{ "Gateway": { "Providers": {}, "VirtualKeys": [ { "Name": "below", "Value": "vk-below-the-snippet" } ] } }""");
        var text = Document.Open(document).Blocks("json", "jsonc").ElementAt(number);

        var (exitCode, output) = await CheckAsync(text, "--config", below, "--config", Write("snippet.json", WithSecrets(text)));

        Assert.True(exitCode == 0, $"{document}, snippet {number}:\n{output}");
    }

    [Fact]
    public async Task KestrelSnippet_Listens()
    {
        var text = Document.Open("docs/configuration.md").Blocks("jsonc").Single(block => block.Contains("Kestrel", StringComparison.Ordinal));
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var snippet = Write("snippet.json", WithSecrets(text).Replace("https://*:8443", "https://127.0.0.1:0", StringComparison.Ordinal)
            .Replace("http://localhost:8080", "http://127.0.0.1:0", StringComparison.Ordinal));
        Write("tls.pem", certificate.ExportCertificatePem());
        Write("tls.key", key.ExportPkcs8PrivateKeyPem());

        await using var gateway = GatewayProcess.Start(["--config", snippet], new Dictionary<string, string>
        {
            ["Gateway__VirtualKeys__0__Name"] = "dev",
            ["Gateway__VirtualKeys__0__Value"] = "vk-for-the-snippet",
            ["ASPNETCORE_HTTP_PORTS"] = Dockerfile.Port, // the image's own
        });

        await gateway.WaitForAsync(@"Now listening on: https://127\.0\.0\.1:\d+");
        var health = await gateway.WaitForAsync(@"Now listening on: (http://127\.0\.0\.1:\d+)");
        var (exitCode, output) = await GatewayProcess.RunAsync(["health", "--url", health.Groups[1].Value]);
        Assert.True(exitCode == 0, output);
    }

    private static Task<(int ExitCode, string Output)> CheckAsync(string text, params string[] args) =>
        GatewayProcess.RunAsync(["check", .. args], VariablesOf(text));

    /// <summary>Every variable that a configuration names, with a secret of its own.</summary>
    internal static Dictionary<string, string> VariablesOf(string text) => VariablePattern().Matches(text)
        .Select(match => match.Groups[1].Value).Distinct()
        .ToDictionary(name => name, name => "secret-of-" + name);

    private string WithSecrets(string text)
    {
        foreach (Match match in SecretPattern().Matches(text))
        {
            Write(match.Groups[1].Value, "secret-in-" + match.Groups[1].Value);
        }

        return text.Replace("/run/secrets/", _folder.FullName + "/", StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    [GeneratedRegex(@"""(?:Env|TokenEnv)"":\s*""(\w+)""")]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"/run/secrets/([\w.-]+)")]
    private static partial Regex SecretPattern();
}
