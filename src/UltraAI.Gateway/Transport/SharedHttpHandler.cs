#pragma warning disable RS0030 // This is the one file that may make the handler.
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Transport.Shards;

namespace UltraAI.Gateway.Transport;

/// <summary>The one <see cref="SocketsHttpHandler"/> of the process: every call to a provider goes through it.</summary>
/// <remarks>
/// It keeps a pool per origin, so one slow provider takes no connection from another. Nothing that wraps it is ever disposed:
/// that would dispose it too. It lives as long as the process.
/// </remarks>
internal sealed class SharedHttpHandler
{
    private readonly NameResolver _names;
    private readonly TimeProvider _time;

    public SharedHttpHandler(TransportOptions options, TelemetryExport export, NameResolver names, TimeProvider time)
    {
        _names = names;
        _time = time;

        // A proxy would be told the shards' names.
        Shards = new ConnectionShards(options.MaxCallsPerOrigin, options.Proxy is null ? SocketThreads.Count : 0, options.HttpVersion == "2");
        Handler = new SocketsHttpHandler
        {
            // The provider's answer is the client's: nothing is followed, decoded or remembered on the way.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy is null ? null : CreateProxy(options.Proxy),

            // Where spans are exported: the client span, with no traceparent of our own. Else no span, which costs as much as a header does.
            ActivityHeadersPropagator = export.IsOn ? DistributedContextPropagator.CreateNoOutputPropagator() : null,

            // A connection in a black hole is noticed, and not given to the next call.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,

            ConnectCallback = ConnectAsync,
            PlaintextStreamFilter = ConnectionReady,
            MaxConnectionsPerServer = Shards.MaxConnections,
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = options.PooledConnectionLifetime,
            PooledConnectionIdleTimeout = options.PooledConnectionIdleTimeout,

            // The call's own clock ends a silent connect first; this ends the attempt that nobody waits for any more.
            ConnectTimeout = options.Timeout + TimeSpan.FromSeconds(1),

            // An answer that nobody reads to its end closes its connection at once: the provider must not go on writing it.
            MaxResponseDrainSize = 0,

#pragma warning disable CA2262 // Kilobytes indeed.
            MaxResponseHeadersLength = 256,
#pragma warning restore CA2262

            // Bytes outside of ASCII pass as they are, both ways.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };

        // As .NET's own, but that nothing is fetched for it: a certificate would name an address of its choice, and what is fetched from there is
        // waited for on the thread of the sockets, 15 s if nobody answers. A server has to send its intermediate certificates (RFC 8446 §4.4.2).
        Handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
        if (options.TrustedCertificates is not null)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(options.TrustedCertificates);
            Handler.SslOptions.RemoteCertificateValidationCallback =
                (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, authorities);
        }
    }

    public SocketsHttpHandler Handler { get; }

    /// <summary>How the connections to an origin are divided.</summary>
    public ConnectionShards Shards { get; }

    /// <summary>A plain connection to this machine itself, past the handler and its proxy; no provider can be reached by it.</summary>
    /// <param name="port">The port on 127.0.0.1.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<Stream> ConnectToLoopbackAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync([IPAddress.Loopback], port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // As the handler does it by itself, but the call knows that nothing has been sent yet.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var call = ProviderRequest.CallOf(context.InitialRequestMessage);
        call?.IsConnecting = true;
        var start = _time.GetTimestamp();
        var isOk = false;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var port = context.DnsEndPoint.Port;
            var (host, shard) = ShardName.Read(context.DnsEndPoint.Host);
            var addresses = await _names.ResolveAsync(host, cancellationToken);
            var shards = Shards.Find(context.InitialRequestMessage.RequestUri!.Scheme, host, port);
            await (shards?.BelongsToThread(shard) == true
                ? SocketThreads.ConnectAsync(socket, addresses, port, shard + 1, call?.Clock.Token ?? default, cancellationToken)
                : socket.ConnectAsync(addresses, port, cancellationToken));
            isOk = true;
            return shards is null ? new NetworkStream(socket, ownsSocket: true) : new ShardStream(socket, shards, shard);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            if (call is not null)
            {
                call.IsConnecting = false;
                call.ConnectedAt = _time.GetTimestamp();
                call.Metrics?.Connected(call.Provider, _time.GetElapsedTime(start, call.ConnectedAt), isOk);
            }
        }
    }

    // Called once per connection, after TLS where there is any. The stream stays what it is: nothing is added to a read or a write.
    private ValueTask<Stream> ConnectionReady(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        var uri = context.InitialRequestMessage.RequestUri!;
        Shards.Find(uri.Scheme, ShardName.Read(uri.IdnHost).Host, uri.Port)?.Agreed(context.NegotiatedHttpVersion);
        if (ProviderRequest.CallOf(context.InitialRequestMessage) is { } call)
        {
            call.Metrics?.ConnectionMade(call.Provider);

            // Through a proxy, somebody else's request has made the connection.
            if (call.ConnectedAt != 0 && uri.Scheme == Uri.UriSchemeHttps)
            {
                call.Metrics?.HandshakeEnded(call.Provider, _time.GetElapsedTime(call.ConnectedAt));
            }
        }

        return ValueTask.FromResult(context.PlaintextStream);
    }

    private static WebProxy CreateProxy(string address)
    {
        var uri = new Uri(address);
        var proxy = new WebProxy(new UriBuilder(uri) { UserName = "", Password = "" }.Uri);
        if (uri.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var rest])
        {
            proxy.Credentials = new NetworkCredential(Uri.UnescapeDataString(user), rest.Length > 0 ? Uri.UnescapeDataString(rest[0]) : "");
        }

        return proxy;
    }

    /// <summary>The system's judgement, and where that fails on the chain alone, the same check against the extra authorities.</summary>
    /// <exception cref="AuthenticationException">It is not trusted. Said in words, as .NET says it without a callback: of one that returns false it knows no reason.</exception>
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf || chain is null)
        {
            throw new AuthenticationException($"The remote certificate is invalid: {errors}");
        }

        using var own = new X509Chain { ChainPolicy = chain.ChainPolicy.Clone() };
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        foreach (var element in chain.ChainElements)
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return own.Build(leaf)
            ? true
            : throw new AuthenticationException($"The remote certificate is invalid because of errors in the certificate chain: {string.Join(", ", own.ChainStatus.Select(status => status.Status))}");
    }

    /// <summary>A connection that says when it is closed.</summary>
    private sealed class ShardStream : NetworkStream
    {
        private readonly int _shard;
        private OriginShards? _shards;

        public ShardStream(Socket socket, OriginShards shards, int shard)
            : base(socket, ownsSocket: true)
        {
            _shard = shard;
            _shards = shards;
            shards.Opened(shard);
        }

        protected override void Dispose(bool disposing)
        {
            Interlocked.Exchange(ref _shards, null)?.Closed(_shard);
            base.Dispose(disposing);
        }
    }
}
