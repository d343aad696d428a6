using System.Globalization;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Tests.Configuration;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>config/ against the real configuration: names, ports, paths, secrets and times.</summary>
[Collection(nameof(DemoFixture))]
public sealed class DeploymentFileTests(DemoFixture demo) : IDisposable
{
    private static readonly Yaml Compose = Yaml.Load("config", "docker-compose.yml").Single();
    private static readonly IReadOnlyList<Yaml> Manifest = Yaml.Load("config", "kubernetes.yaml");

    private readonly ConfigurationFile _file = new();

    private static Yaml Pod => Of("Deployment")["spec"]["template"]["spec"];

    private static Yaml Container => Pod["containers"].Items.Single();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Kubernetes_ConfigurationAndSecrets_LoadWhereTheyAreMounted()
    {
        var configuration = LoadManifest();

        Assert.Equal(2, configuration.Providers.All.Count());
        Assert.All(configuration.Providers.All, provider => Assert.NotEmpty(provider.Credentials));
        Assert.True(configuration.Admin.HasToken);
        Assert.Equal("https://gateway.example.com", configuration.Forwarding.PublicUrl);
    }

    [Fact]
    public void Kubernetes_GracePeriod_IsLongerThanTheDrain()
    {
        var drain = LoadManifest().Drain;

        Assert.True(TimeSpan.FromSeconds(Number(Pod["terminationGracePeriodSeconds"])) > drain.Delay + drain.Timeout);
    }

    [Fact]
    public async Task Kubernetes_ProbesAndPorts_LeadToTheGateway()
    {
        var port = Container["ports"].Items.Single();
        Assert.Equal(Dockerfile.Port, port["containerPort"].Text);
        Assert.Equal(port["name"].Text, Of("Service")["spec"]["ports"].Items.Single()["targetPort"].Text);

        foreach (var (name, path) in new[] { ("startupProbe", "/health/live"), ("readinessProbe", "/health/ready"), ("livenessProbe", "/health/live") })
        {
            var probe = Container[name]["httpGet"];
            Assert.Equal((path, port["name"].Text), (probe["path"].Text, probe["port"].Text));
            using var response = await demo.Client.GetAsync(demo.Address + path);
            Assert.True(response.IsSuccessStatusCode, path);
        }
    }

    [Fact]
    public void Kubernetes_PartsFindEachOther()
    {
        var labels = Of("Deployment")["spec"]["template"]["metadata"]["labels"]["app"].Text;
        Assert.Equal(labels, Of("Deployment")["spec"]["selector"]["matchLabels"]["app"].Text);
        Assert.Equal(labels, Of("Service")["spec"]["selector"]["app"].Text);

        var volumes = Pod["volumes"].Items.ToDictionary(volume => volume["name"].Text);
        Assert.All(Container["volumeMounts"].Items, mount => Assert.Contains(mount["name"].Text, volumes.Keys));
        Assert.Equal(Of("ConfigMap")["metadata"]["name"].Text, volumes["config"]["configMap"]["name"].Text);
        Assert.Equal(Of("Secret")["metadata"]["name"].Text, volumes["secrets"]["secret"]["secretName"].Text);
        Assert.Equal("true", Pod["securityContext"]["runAsNonRoot"].Text);
    }

    [Fact]
    public async Task Compose_Gateways_LoadTheirConfiguration()
    {
        var gateways = Gateways();
        Assert.Equal(2, gateways.Length);

        foreach (var gateway in gateways)
        {
            var token = _file.Write(gateway["secrets"].Items.Single().Text, "a-token-of-the-test");
            var mount = gateway["volumes"].Items.Single().Text.Split(':');
            Assert.Equal(["--config", mount[1]], gateway["command"].Items.Select(item => item.Text));

            // ${NAME:?why} is what the user has to set.
            var variables = gateway["environment"].Entries.ToDictionary(
                variable => variable.Key,
                variable => Regex.Replace(variable.Value.Text, @"^\$\{(\w+):\?[^}]+\}$", "secret-of-$1").Replace(MountOf(gateway), token, StringComparison.Ordinal));

            var (exitCode, output) = await GatewayProcess.RunAsync(["check", "--config", Repository.Path("config", mount[0])], variables);

            Assert.True(exitCode == 0, output);
        }
    }

    [Fact]
    public void Compose_Gateways_HaveTimeToDrain()
    {
        var defaults = new GatewayOptions().Drain;

        Assert.All(Gateways(), gateway =>
        {
            var period = gateway["stop_grace_period"].Text;
            Assert.EndsWith("s", period, StringComparison.Ordinal);
            Assert.True(TimeSpan.FromSeconds(double.Parse(period[..^1], CultureInfo.InvariantCulture)) > defaults.Delay + defaults.Timeout);
        });
    }

    [Fact]
    public void Compose_PortsAndFiles_AreThoseThatThereAre()
    {
        Assert.All(Gateways(), gateway => Assert.EndsWith($":{Dockerfile.Port}", gateway["ports"].Items.Single().Text, StringComparison.Ordinal));

        var files = Compose["services"].Entries.Values
            .Where(service => service.Entries.ContainsKey("volumes"))
            .SelectMany(service => service["volumes"].Items)
            .Select(volume => volume.Text.Split(':')[0])
            .Where(source => source.StartsWith('.')); // any other is a named volume
        Assert.All(files, file => Assert.True(Path.Exists(Repository.Path("config", file)), file));

        // One builds the image, the other runs it: two that build it side by side would tag it against each other.
        var (first, second) = (Gateways()[0], Gateways()[1]);
        Assert.True(File.Exists(Repository.Path("config", first["build"].Text, "Dockerfile")));
        Assert.DoesNotContain("build", second.Entries.Keys);
        Assert.Equal((first["image"].Text, "never"), (second["image"].Text, second["pull_policy"].Text));
        Assert.Contains("gateway-1", second["depends_on"].Items.Select(item => item.Text));

        // The one secret is the user's to make, and stays out of the repository.
        Assert.Equal("./admin-token", Compose["secrets"]["admin-token"]["file"].Text);
        Assert.Contains("/config/admin-token", File.ReadAllLines(Repository.Path(".gitignore")));
    }

    [Fact]
    public async Task Prometheus_ScrapesTheGatewaysOfCompose()
    {
        var job = Yaml.Load("config", "prometheus.yml").Single()["scrape_configs"].Items.Single();
        var targets = job["static_configs"].Items.Single()["targets"].Items.Select(target => target.Text);
        var expected = Compose["services"].Entries.Keys.Where(name => name.StartsWith("gateway", StringComparison.Ordinal)).Select(name => $"{name}:{Dockerfile.Port}");

        Assert.Equal(expected, targets);
        Assert.Equal("Bearer", job["authorization"]["type"].Text);
        Assert.Equal(MountOf(Compose["services"]["prometheus"]), job["authorization"]["credentials_file"].Text);
        Assert.Equal(MountOf(Gateways()[0]), Gateways()[0]["environment"]["Gateway__Admin__TokenFile"].Text);
        Assert.True((await demo.Client.GetAsync(demo.Address + job["metrics_path"].Text)).IsSuccessStatusCode);
    }

    private static Yaml Of(string kind) => Manifest.Single(item => item["kind"].Text == kind);

    private static Yaml[] Gateways() =>
        [.. Compose["services"].Entries.Where(service => service.Key.StartsWith("gateway", StringComparison.Ordinal)).Select(service => service.Value)];

    // Compose puts a secret of a service there.
    private static string MountOf(Yaml service) => "/run/secrets/" + service["secrets"].Items.Single().Text;

    private static int Number(Yaml node) => int.Parse(node.Text, CultureInfo.InvariantCulture);

    private GatewayConfiguration LoadManifest()
    {
        var mounts = Container["volumeMounts"].Items.ToDictionary(mount => mount["name"].Text, mount => mount["mountPath"].Text);
        var folder = "";
        foreach (var (name, content) in Of("Secret")["stringData"].Entries)
        {
            folder = Path.GetDirectoryName(_file.Write(name, content.Text))!;
        }

        var args = Container["args"].Items.Select(item => item.Text).ToArray();
        var configName = Path.GetFileName(args[1]);
        Assert.Equal(["--config", $"{mounts["config"]}/{configName}"], args);
        var text = Of("ConfigMap")["data"][configName].Text;
        Assert.Contains(mounts["secrets"] + "/", text, StringComparison.Ordinal);

        var overrides = Container["env"].Items.Select(variable =>
            $"--{variable["name"].Text.Replace("__", ":", StringComparison.Ordinal)}={variable["value"].Text}");
        return ConfigurationFile.LoadFiles([_file.Write(configName, text.Replace(mounts["secrets"], folder, StringComparison.Ordinal))], [.. overrides]);
    }
}
