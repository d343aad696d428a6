using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Processes;

namespace UltraAI.Gateway.Compare.Targets;

/// <summary>Everything that runs for a comparison: the upstream, Redis, and the targets as they are started.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public const string VirtualKey = "vk-compare-0123456789abcdef0123456789abcdef";
    public const string Credential = "sk-compare-upstream";

    private static readonly string Self = Path.Combine(AppContext.BaseDirectory, "UltraAI.Gateway.Compare.dll");

    private static volatile string? _toDelete;

    private readonly DirectoryInfo _folder;
    private readonly CompareOptions _options;
    private readonly string _gateway;
    private readonly int _upstreamPort = Ports.Free();
    private readonly int[] _tlsPorts = [Ports.Free(), Ports.Free()];
    private readonly string _trusted;
    private readonly StartedProcess _upstream;
    private StartedProcess? _redis;
    private int _redisPort;
    private int _started;

    private Rig(CompareOptions options, DirectoryInfo folder, string gateway)
    {
        (_options, _folder, _gateway) = (options, folder, gateway);
        (var withKey, _trusted) = TestCertificate.Write(folder.FullName);
        _upstream = StartedProcess.Start(Log("upstream"), [
            "dotnet", Self, "upstream", Text(_upstreamPort), Text(_tlsPorts[0]), Text(_tlsPorts[1]), withKey, Credential]);
        Upstream = new UpstreamControl(_upstreamPort);
    }

    public UpstreamControl Upstream { get; }

    /// <summary>Throws when the upstream has ended: nothing can be measured without it.</summary>
    public async Task CheckUpstreamAsync()
    {
        if (_upstream.HasEnded)
        {
            throw new CompareException($"The upstream ended by itself: {await _upstream.TailAsync()}");
        }
    }

    /// <summary>Publishes the gateway if need be, and starts the upstream.</summary>
    public static async Task<Rig> StartAsync(CompareOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("ultraai-compare-");
        _toDelete = folder.FullName;
        var rig = new Rig(options, folder, options.Gateway ?? await GatewayBuild.PublishAsync(folder.FullName));
        await Ports.WaitAsync(rig._upstreamPort, rig._upstream);
        return rig;
    }

    /// <summary>Starts a target and waits until it is ready; null when this machine doesn't have it.</summary>
    public async Task<Target?> StartTargetAsync(string name)
    {
        if (name == TargetNames.Direct)
        {
            return new Target(name, new LoadTarget(_upstreamPort, "", Credential), null);
        }

        var port = Ports.Free();
        if (await CommandAsync(name, port) is not { } command)
        {
            return null;
        }

        var target = new Target(name, new LoadTarget(port, "/openai", VirtualKey), StartedProcess.Start(Log(name), command));
        try
        {
            await Ports.WaitAsync(port, target.Process!);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends everything that was started and deletes what was written, at once.</summary>
    public static void Abandon()
    {
        StartedProcess.KillAll();
        try
        {
            if (_toDelete is { } folder && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (IOException)
        {
            // Something still writes there; it is in the temporary folder, and small.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        Abandon();
    }

    private async Task<string[]?> CommandAsync(string name, int port)
    {
        var upstream = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_upstreamPort}");
        var tls = _tlsPorts.Select(tlsPort => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{tlsPort}")).ToArray();
        var folder = _folder.CreateSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{name}-{++_started}")).FullName;
        var log = Path.Combine(folder, "access.jsonl");
        JsonObject Embedded() => new() { ["Path"] = Path.Combine(folder, "gateway.db") };
        switch (name)
        {
            case TargetNames.Gateway:
                return Gateway(folder, port, GatewayConfiguration.Make(upstream, log, Embedded()));
            case TargetNames.GatewayOff:
                return Gateway(folder, port, GatewayConfiguration.Make(upstream, null, Embedded()));
            case TargetNames.GatewayRedis:
                return await StartRedisAsync()
                    ? Gateway(folder, port, GatewayConfiguration.Make(upstream, log, new JsonObject { ["Kind"] = "Redis", ["Redis"] = $"127.0.0.1:{_redisPort}" }))
                    : null;
            case "gateway-tls1":
                return Gateway(folder, port, GatewayConfiguration.Make(tls[0], log, Embedded(), "1.1", _trusted));
            case "gateway-tls2":
                return Gateway(folder, port, GatewayConfiguration.Make(tls[1], log, Embedded(), "2", _trusted));
            case TargetNames.Yarp:
                return ["dotnet", Self, "yarp", Text(port), upstream, Credential, "", "1.1"];
            case "yarp-tls1":
                return ["dotnet", Self, "yarp", Text(port), tls[0], Credential, _trusted, "1.1"];
            case "yarp-tls2":
                return ["dotnet", Self, "yarp", Text(port), tls[1], Credential, _trusted, "2.0"];
            case TargetNames.Nginx or TargetNames.NginxGuard when Find("nginx") is { } nginx:
                await File.WriteAllTextAsync(Path.Combine(folder, "keys.map"), ProxyConfiguration.NginxKeys());
                return [nginx, "-c", await WriteAsync(folder, "nginx.conf", ProxyConfiguration.Nginx(folder, port, _upstreamPort, name == TargetNames.NginxGuard))];
            case TargetNames.Haproxy when Find("haproxy") is { } haproxy:
                return [haproxy, "-db", "-f", await WriteAsync(folder, "haproxy.cfg", ProxyConfiguration.Haproxy(port, _upstreamPort))];
            default:
                return null;
        }
    }

    private string[] Gateway(string folder, int port, JsonObject configuration)
    {
        var file = Path.Combine(folder, "gateway.json");
        File.WriteAllText(file, configuration.ToJsonString());
        return ["dotnet", Path.Combine(_gateway, "UltraAI.Gateway.dll"), "--config", file, "--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), .. _options.GatewayArguments];
    }

    private async Task<bool> StartRedisAsync()
    {
        if (_redis is null && Find("redis-server") is { } redis)
        {
            _redisPort = Ports.Free();
            _redis = StartedProcess.Start(Log("redis"), [redis, "--port", Text(_redisPort), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder.FullName]);
            await Ports.WaitAsync(_redisPort, _redis);
        }

        return _redis is not null;
    }

    private static async Task<string> WriteAsync(string folder, string name, string text)
    {
        var file = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, text);
        return file;
    }

    // Servers of the system are often not on a user's PATH.
    private static string? Find(string program) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/local/sbin:/usr/bin"
        .Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private string Log(string name) => Path.Combine(_folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{name}-{Guid.NewGuid():N}.log"));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
