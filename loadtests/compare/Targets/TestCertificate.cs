using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace UltraAI.Gateway.Compare.Targets;

/// <summary>A certificate for the upstream's TLS, made for this run.</summary>
internal static class TestCertificate
{
    /// <returns>The file with the private key, and the one to trust.</returns>
    public static (string WithKey, string Trusted) Write(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var (withKey, trusted) = (Path.Combine(folder, "upstream.p12"), Path.Combine(folder, "upstream.pem"));
        File.WriteAllBytes(withKey, certificate.Export(X509ContentType.Pkcs12));
        File.WriteAllText(trusted, certificate.ExportCertificatePem());
        return (withKey, trusted);
    }
}
