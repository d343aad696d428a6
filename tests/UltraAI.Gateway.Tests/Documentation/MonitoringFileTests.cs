using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>The ready-made alerts and dashboard: whole, and fitting to each other. <see cref="Functional.MetricNamesTests"/> holds their names to a live <c>/metrics</c>.</summary>
public sealed partial class MonitoringFileTests
{
    private const string Promtool = "/usr/bin/promtool";

    private static readonly Yaml Alerts = Yaml.Load("config", "alerts.yml").Single();
    private static readonly JsonNode Dashboard = JsonNode.Parse(File.ReadAllText(Repository.Path("config", "grafana", "dashboards", "ultraai-gateway.json")))!;
    private static readonly Yaml Compose = Yaml.Load("config", "docker-compose.yml").Single();

    /// <summary>The expressions of all alerts.</summary>
    internal static IEnumerable<string> AlertExpressions => Rules.Select(rule => rule["expr"].Text);

    /// <summary>The expressions of all panels, with Grafana's variables filled in.</summary>
    internal static IEnumerable<string> PanelExpressions => Panels
        .SelectMany(panel => panel["targets"]?.AsArray() ?? [])
        .Select(target => ((string)target!["expr"]!).Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal).Replace("$provider", ".*", StringComparison.Ordinal));

    private static IEnumerable<Yaml> Rules => Alerts["groups"].Items.SelectMany(group => group["rules"].Items);

    private static IEnumerable<JsonNode> Panels => Dashboard["panels"]!.AsArray().Select(panel => panel!);

    [Fact]
    public async Task Alerts_PassTheirTests()
    {
        Assert.SkipUnless(File.Exists(Promtool), "promtool is not installed.");

        await RunPromtoolAsync("test", "rules", Repository.Path("config", "alerts.test.yml"));
    }

    [Fact]
    public void Alerts_HaveATestEach_ThatLetsThemFire()
    {
        var fired = Yaml.Load("config", "alerts.test.yml").Single()["tests"].Items
            .SelectMany(test => test["alert_rule_test"].Items)
            .Where(test => test.Entries.ContainsKey("exp_alerts"))
            .Select(test => test["alertname"].Text);

        Assert.Equal(Rules.Select(rule => rule["alert"].Text).Order(), fired.Distinct().Order());
    }

    [Fact]
    public void Alerts_LeadToSectionsOfTheRunbook()
    {
        var operations = Document.Open("docs/operations.md");
        var sections = Rules
            .SelectMany(rule => RunbookPattern().Matches(rule["annotations"]["summary"].Text))
            .Select(match => match.Groups[1].Value).Distinct().ToArray();

        Assert.NotEmpty(sections);
        Assert.All(sections, section => Assert.NotEqual("", operations.Section(char.ToUpperInvariant(section[0]) + section[1..])));
    }

    [Fact]
    public async Task Panels_HaveExpressionsThatPrometheusReads()
    {
        Assert.All(PanelExpressions, expression => Assert.DoesNotContain("$", expression, StringComparison.Ordinal));
        Assert.SkipUnless(File.Exists(Promtool), "promtool is not installed.");
        var file = Path.Combine(Directory.CreateTempSubdirectory("ultraai-rules-").FullName, "rules.yml");
        var rules = PanelExpressions.Select((expression, i) => new JsonObject { ["record"] = $"panel:{i}", ["expr"] = expression });
        await File.WriteAllTextAsync(
            file, new JsonObject { ["groups"] = new JsonArray(new JsonObject { ["name"] = "panels", ["rules"] = new JsonArray([.. rules]) }) }.ToJsonString(), TestContext.Current.CancellationToken);

        await RunPromtoolAsync("check", "rules", file);

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void Panels_HaveAPlaceOfTheirOwn()
    {
        var taken = Panels.SelectMany(panel =>
        {
            var place = panel["gridPos"]!;
            return
                from x in Enumerable.Range((int)place["x"]!, (int)place["w"]!)
                from y in Enumerable.Range((int)place["y"]!, (int)place["h"]!)
                select (x, y);
        }).ToArray();

        Assert.Equal(taken.Length, taken.Distinct().Count());
        Assert.All(taken, cell => Assert.InRange(cell.x, 0, 23));
        Assert.Equal(Panels.Count(), Panels.Select(panel => (int)panel["id"]!).Distinct().Count());
        Assert.All(Panels, panel => Assert.NotEqual("", (string)panel["title"]!));
    }

    [Fact]
    public void Compose_MountsRulesAndDashboard_WhereTheyAreLookedFor()
    {
        var prometheus = Compose["services"]["prometheus"]["volumes"].Items.Select(volume => volume.Text.Split(':')).ToDictionary(volume => volume[0], volume => volume[1]);
        var rules = Assert.Single(Yaml.Load("config", "prometheus.yml").Single()["rule_files"].Items).Text;
        Assert.Equal(Path.Combine(Path.GetDirectoryName(prometheus["./prometheus.yml"])!, rules), prometheus["./" + rules]);

        var grafana = Compose["services"]["grafana"]["volumes"].Items.Select(volume => volume.Text.Split(':')).ToDictionary(volume => volume[0], volume => volume[1]);
        Assert.Equal("/etc/grafana/provisioning", grafana["./grafana/provisioning"]);
        var provider = Assert.Single(Yaml.Load("config", "grafana", "provisioning", "dashboards", "ultraai-gateway.yml").Single()["providers"].Items);
        Assert.Equal(grafana["./grafana/dashboards"], provider["options"]["path"].Text);
        var source = Assert.Single(Yaml.Load("config", "grafana", "provisioning", "datasources", "prometheus.yml").Single()["datasources"].Items);
        var address = new Uri(source["url"].Text);
        Assert.Contains(address.Host, Compose["services"].Entries.Keys);
        Assert.EndsWith($":{address.Port}", Compose["services"][address.Host]["ports"].Items.Single().Text, StringComparison.Ordinal);
    }

    private static async Task RunPromtoolAsync(params string[] arguments)
    {
        var (exitCode, output) = await GatewayProcess.RunAsync(Promtool, arguments, environment: null, Repository.Root);
        Assert.True(exitCode == 0, output);
    }

    [GeneratedRegex(@"\(runbook: ([^)]+)\)")]
    private static partial Regex RunbookPattern();
}
