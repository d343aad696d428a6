using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>The web server of one simulated provider: one loopback port, no limits of its own, no logs, no part in the host process's signals and metrics.</summary>
internal sealed class ProviderHost(SimulatorOptions options, ConnectionCounter connections, RequestDelegate handler) : IAsyncDisposable
{
    private WebApplication? _application;
    private Uri? _baseAddress;

    public Uri BaseAddress => _baseAddress ?? throw new InvalidOperationException("The provider is not started.");

    public async Task StartAsync(int port, CancellationToken cancellationToken)
    {
        // An empty builder reads no configuration: variables and files meant for the process that hosts the simulator can't move it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, port));

        // With room for one byte, a flush returns when the socket has taken all bytes: what follows, such as a cut, can't overtake them.
        builder.WebHost.UseSockets(sockets => sockets.MaxWriteBufferSize = 1);
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, OwnedLifetime>());
        builder.Services.Replace(ServiceDescriptor.Singleton<IMeterFactory, OwnMeterFactory>());
        builder.Services.Replace(ServiceDescriptor.Singleton(_ => new ActivitySource("UltraAI.Gateway.Simulator")));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);

        _application = builder.Build();
        _application.UseWebSockets();
        _application.Run(handler);
        await _application.StartAsync(cancellationToken);

        var addresses = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        _baseAddress = new Uri(addresses!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            try
            {
                await application.StopAsync(new CancellationToken(canceled: true));
            }
            catch (OperationCanceledException)
            {
                // Stopping without grace is what was asked for.
            }

            await application.DisposeAsync();
        }
    }

    private void Configure(KestrelServerOptions kestrel, int port)
    {
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestLineSize = 256 * 1024;
        kestrel.Limits.MaxRequestBufferSize = 1024 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 1024 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 1000;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(30);

        kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Use(connections.Middleware);
            listen.Protocols = options.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (options.Certificate is { } certificate)
            {
                listen.UseHttps(certificate);
            }
        });
    }

    /// <summary>Ends when it is disposed: a signal to the process is the business of whoever hosts the simulator.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Gives the server's meters names of their own, so that they don't mix with those of a gateway in the same process.</summary>
    private sealed class OwnMeterFactory : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter("UltraAI.Gateway.Simulator." + options.Name, options.Version);
            lock (_meters)
            {
                _meters.Add(meter);
            }

            return meter;
        }

        public void Dispose()
        {
            lock (_meters)
            {
                _meters.ForEach(meter => meter.Dispose());
                _meters.Clear();
            }
        }
    }
}
