using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional;

/// <summary>Providers over TLS whose certificate comes of an intermediate authority.</summary>
public sealed class ProviderCertificateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ultraai-certificates-");

    // Where the certificate says that its issuer's can be fetched. Nobody answers there.
    private readonly TcpListener _issuers = new(IPAddress.Loopback, 0);

    public ProviderCertificateTests() => _issuers.Start();

    private string RootFile => Path.Combine(_folder.FullName, "root.pem");

    public void Dispose()
    {
        _issuers.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Fetching it would hold up the thread of the sockets for as long as that takes, and everybody else's calls with it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IntermediateThatIsNotSent_IsNotFetched(bool hasOwnAuthority)
    {
        using var provider = new TlsProvider(Certificate(sendsIntermediate: false));
        await using var gateway = await StartAsync(provider, hasOwnAuthority);

        var response = await gateway.GetAsync("/openai/v1/models");

        response.AssertError(502, "upstream_unreachable");
        Assert.False(_issuers.Pending(), "somebody has come for the issuer's certificate");
        await AssertLogSaysAsync(gateway, "PartialChain");
    }

    [Fact]
    public async Task IntermediateThatIsSent_IsTrustedThroughItsRoot()
    {
        using var provider = new TlsProvider(Certificate(sendsIntermediate: true));
        await using var gateway = await StartAsync(provider, hasOwnAuthority: true);

        (await gateway.GetAsync("/openai/v1/models")).AssertPassed();
        Assert.False(_issuers.Pending());
    }

    [Fact]
    public async Task StrangersCertificate_IsRefused()
    {
        using var provider = new TlsProvider(Certificate(sendsIntermediate: true));
        await using var gateway = await StartAsync(provider, hasOwnAuthority: false);

        (await gateway.GetAsync("/openai/v1/models")).AssertError(502, "upstream_unreachable");
        await AssertLogSaysAsync(gateway, "UntrustedRoot", "PartialChain");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CertificateOfAnotherName_IsRefused(bool hasOwnAuthority)
    {
        using var provider = new TlsProvider(Certificate(sendsIntermediate: true, name: "other.test"));
        await using var gateway = await StartAsync(provider, hasOwnAuthority);

        (await gateway.GetAsync("/openai/v1/models")).AssertError(502, "upstream_unreachable");
        await AssertLogSaysAsync(gateway, "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task CertificateThatHasEnded_IsRefused()
    {
        using var provider = new TlsProvider(Certificate(sendsIntermediate: true, ended: TimeSpan.FromHours(1)));
        await using var gateway = await StartAsync(provider, hasOwnAuthority: true);

        (await gateway.GetAsync("/openai/v1/models")).AssertError(502, "upstream_unreachable");
        await AssertLogSaysAsync(gateway, "NotTimeValid");
    }

    [Fact]
    public async Task ProviderWithoutTls_IsNamedInTheLog()
    {
        using var provider = new TlsProvider(certificate: null);
        await using var gateway = await StartAsync(provider, hasOwnAuthority: false);

        (await gateway.GetAsync("/openai/v1/models")).AssertError(502, "upstream_unreachable");

        // By OpenSSL's words, of which there are several.
        var line = await LineAsync(gateway, "Call to provider openai failed (Unreachable): TLS: ");
        Assert.DoesNotContain("inner exception", line, StringComparison.Ordinal);
    }

    private static async Task AssertLogSaysAsync(GatewayEnvironment gateway, params string[] anyOf)
    {
        var line = await LineAsync(gateway, "Call to provider openai failed (Unreachable): TLS: The remote certificate is invalid");
        Assert.Contains(anyOf, word => line.Contains(word, StringComparison.Ordinal));
    }

    // It may be written after the client has its answer.
    private static async Task<string> LineAsync(GatewayEnvironment gateway, string text) => (await Eventually.ValueAsync(
        () => Task.FromResult(gateway.Logs.Lines.SingleOrDefault(line => line.Contains(text, StringComparison.Ordinal))), line => line is not null, $"the log says '{text}'"))!;

    private Task<GatewayEnvironment> StartAsync(TlsProvider provider, bool hasOwnAuthority) => GatewayEnvironment.StartAsync(configuration =>
    {
        configuration["Providers"]!["openai"]!["BaseUrl"] = $"https://localhost:{provider.Port}";
        if (hasOwnAuthority)
        {
            configuration["Transport"] ??= new JsonObject();
            configuration["Transport"]!["TrustedCertificates"] = RootFile;
        }
    });

    private SslStreamCertificateContext Certificate(bool sendsIntermediate, string name = "localhost", TimeSpan ended = default)
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("root", rootKey).CreateSelfSigned(from, until);
        File.WriteAllText(RootFile, root.ExportCertificatePem());

        using var intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var intermediate = Authority("intermediate", intermediateKey).Create(root, from, until, [1]).CopyWithPrivateKey(intermediateKey);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([], [$"http://127.0.0.1:{((IPEndPoint)_issuers.LocalEndpoint).Port}/intermediate.der"]));
        using var leaf = request.Create(intermediate, from, ended == default ? until : DateTimeOffset.UtcNow - ended, [2]);
        return SslStreamCertificateContext.Create(leaf.CopyWithPrivateKey(key), sendsIntermediate ? [X509CertificateLoader.LoadCertificate(intermediate.RawData)] : [], offline: true);
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name} of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request;
    }

    /// <summary>Answers each connection's one request; without a certificate, whatever comes, in cleartext.</summary>
    private sealed class TlsProvider : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public TlsProvider(SslStreamCertificateContext? certificate)
        {
            _listener.Start();
            _ = AcceptAsync(certificate is null ? null : new SslServerAuthenticationOptions { ServerCertificateContext = certificate });
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync(SslServerAuthenticationOptions? options)
        {
            try
            {
                while (true)
                {
                    _ = AnswerAsync(await _listener.AcceptTcpClientAsync(), options);
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }

        private static async Task AnswerAsync(TcpClient client, SslServerAuthenticationOptions? options)
        {
            using var connection = client;
            try
            {
                if (options is null)
                {
                    await connection.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                    return;
                }

                await using var stream = new SslStream(connection.GetStream());
                await stream.AuthenticateAsServerAsync(options);
                using var reader = new StreamReader(stream, Encoding.Latin1);
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                    // The head.
                }

                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray());
            }
            catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The gateway has not trusted it.
            }
        }
    }
}
