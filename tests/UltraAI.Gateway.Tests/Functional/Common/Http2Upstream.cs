using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A provider that speaks HTTP/2 over TLS, or another version if told so, with a certificate that only a test trusts.</summary>
internal sealed class Http2Upstream : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate = CreateCertificate();
    private readonly TemporaryFile _authority;
    private readonly WebApplication _app;
    private int _connections;

    private Http2Upstream(RequestDelegate handler, int maxStreams, HttpProtocols protocols)
    {
        _authority = new TemporaryFile(_certificate.ExportCertificatePem());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = maxStreams;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Use(Count);
                listen.Protocols = protocols;
                listen.UseHttps(_certificate);
            });
        });
        _app = builder.Build();
        _app.Run(handler);
    }

    public string BaseUrl => $"https://localhost:{new Uri(_app.Urls.First()).Port}";

    /// <summary>A file with what the gateway must trust.</summary>
    public string AuthorityFile => _authority.Path;

    public int Connections => Volatile.Read(ref _connections);

    public static async Task<Http2Upstream> StartAsync(RequestDelegate handler, int maxStreams = 100, HttpProtocols protocols = HttpProtocols.Http2)
    {
        var upstream = new Http2Upstream(handler, maxStreams, protocols);
        await upstream._app.StartAsync();
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _authority.Dispose();
        _certificate.Dispose();
    }

    private ConnectionDelegate Count(ConnectionDelegate next) => connection =>
    {
        Interlocked.Increment(ref _connections);
        return next(connection);
    };

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
