using UltraAI.Gateway.Configuration;

namespace UltraAI.Gateway;

/// <summary>Adds the listener of <c>Gateway:Admin:Port</c>: on every host of the main addresses, by HTTPS where the host has it.</summary>
/// <remarks>A main address that is a socket file has no host; if there is no other, the listener is on <c>localhost</c>.</remarks>
internal static class AdminAddresses
{
    private const string Path = "Gateway:Admin:Port";

    /// <param name="builder">Its addresses are complete, but for this.</param>
    /// <param name="port">The port.</param>
    /// <exception cref="ConfigurationException">A main address has that port.</exception>
    public static void Add(WebApplicationBuilder builder, int port)
    {
        // Kestrel's own section goes over all other ways to name addresses.
        var endpoints = builder.Configuration.GetSection("Kestrel:Endpoints");
        if (endpoints.Exists())
        {
            AddEndpoints(builder, endpoints, port);
            return;
        }

        var main = MainOf(builder.Configuration).ToArray();
        var admin = AdminOf(main.Select(BindingAddress.Parse), port).Select(address => $"{address.Scheme}://{address.Host}:{port}");
        builder.WebHost.UseUrls([.. main, .. admin.DefaultIfEmpty($"http://localhost:{port}")]);

        // These would be told of as overridden.
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "").UseSetting(WebHostDefaults.HttpsPortsKey, "");
    }

    private static void AddEndpoints(WebApplicationBuilder builder, IConfigurationSection endpoints, int port)
    {
        var main = endpoints.GetChildren().Select(section => (Section: section, Address: BindingAddress.Parse(section["Url"] ?? "http://localhost"))).ToArray();
        var added = new Dictionary<string, string?>();
        foreach (var address in AdminOf(main.Select(endpoint => endpoint.Address), port))
        {
            // With its certificate and all else.
            var model = main.First(endpoint => ReferenceEquals(endpoint.Address, address)).Section;
            var name = $"{endpoints.Path}:admin-{model.Key}";
            foreach (var (path, value) in model.AsEnumerable(makePathsRelative: true).Where(setting => setting.Value is not null))
            {
                added[$"{name}:{path}"] = value;
            }

            added[$"{name}:Url"] = $"{address.Scheme}://{address.Host}:{port}";
        }

        if (added.Count == 0)
        {
            added[$"{endpoints.Path}:admin:Url"] = $"http://localhost:{port}";
        }

        builder.Configuration.AddInMemoryCollection(added);
    }

    /// <summary>One address per host, as the main one is.</summary>
    private static IEnumerable<BindingAddress> AdminOf(IEnumerable<BindingAddress> main, int port)
    {
        var addresses = main.Where(address => !address.IsUnixPipe && !address.IsNamedPipe).ToArray();
        if (Array.Find(addresses, address => address.Port == port) is { } taken)
        {
            throw new ConfigurationException([new ConfigurationError(Path, $"is the port of {taken.Scheme}://{taken.Host}:{taken.Port}, where clients come in; give operators another one.")]);
        }

        return addresses
            .GroupBy(address => address.Host, StringComparer.OrdinalIgnoreCase)
            .Select(host => host.FirstOrDefault(address => address.Scheme == Uri.UriSchemeHttps) ?? host.First());
    }

    // As the web host reads them.
    private static IEnumerable<string> MainOf(ConfigurationManager configuration)
    {
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            return Split(urls);
        }

        return Ports(WebHostDefaults.HttpPortsKey, Uri.UriSchemeHttp).Concat(Ports(WebHostDefaults.HttpsPortsKey, Uri.UriSchemeHttps));

        IEnumerable<string> Ports(string key, string scheme) => Split(configuration[key] ?? "").Select(port => $"{scheme}://*:{port}");

        static string[] Split(string list) => list.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
