using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Compare.Yarp;

/// <summary>The plainest YARP gateway: one route, one field swapped, no keys, no metrics, no log; everything else as it comes.</summary>
internal static class PlainYarp
{
    public static async Task<int> RunAsync(int port, string upstream, string credential, string? trusted, Version version)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddHttpForwarder();
        var app = builder.Build();

        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        using var client = new HttpMessageInvoker(Handler(trusted));
        var config = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromMinutes(10), Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var transformer = new SwapTransformer("Bearer " + credential);
        app.Map("/openai/{**rest}", async (HttpContext context) => await forwarder.SendAsync(context, upstream, client, config, transformer));
        await app.RunAsync();
        return 0;
    }

    // As YARP's documentation sets it up for direct forwarding.
    private static SocketsHttpHandler Handler(string? trusted)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
            ConnectTimeout = TimeSpan.FromSeconds(15),
        };
        if (trusted is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(trusted);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }

    private sealed class SwapTransformer(string authorization) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = null;
            proxyRequest.Headers.Remove("Authorization");
            proxyRequest.Headers.TryAddWithoutValidation("Authorization", authorization);
            var rest = Convert.ToString(httpContext.Request.RouteValues["rest"], CultureInfo.InvariantCulture);
            proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, "/" + rest, httpContext.Request.QueryString);
        }
    }
}
