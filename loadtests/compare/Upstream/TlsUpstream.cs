using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace UltraAI.Gateway.Compare.Upstream;

/// <summary>The same answers over TLS, where HTTP/2 needs a server that speaks it: Kestrel.</summary>
internal static class TlsUpstream
{
    private static readonly byte[] Body = Encoding.ASCII.GetBytes(UpstreamAnswers.UnaryBody);

    public static async Task StartAsync(int[] ports, string certificateFile, UpstreamState state, string authorization)
    {
        var certificate = X509CertificateLoader.LoadPkcs12FromFile(certificateFile, null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            Listen(kestrel, ports[0], HttpProtocols.Http1, certificate, state);
            Listen(kestrel, ports[1], HttpProtocols.Http2, certificate, state);
        });
        var app = builder.Build();
        app.Run(context => AnswerAsync(context, state, authorization));
        await app.StartAsync();
    }

    private static void Listen(KestrelServerOptions kestrel, int port, HttpProtocols protocols, X509Certificate2 certificate, UpstreamState state) =>
        kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = protocols;
            listen.Use(next => connection =>
            {
                state.CountConnection();
                return next(connection);
            });
            listen.UseHttps(certificate);
        });

    private static async Task AnswerAsync(HttpContext context, UpstreamState state, string authorization)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        state.CountRequest();
        if (context.Request.Headers.Authorization != authorization)
        {
            state.CountRefused();
            context.Response.StatusCode = 401;
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Body.Length;
        await context.Response.Body.WriteAsync(Body);
    }
}
