using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Tests.Configuration;
using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>docs/configuration.md against the option types: every option once, none too many.</summary>
public sealed partial class ConfigurationDocumentTests : IDisposable
{
    private const string Minimal = """{ "Providers": {}, "VirtualKeys": [ { "Name": "dev", "Value": "vk-documentation" } ] }""";

    private static readonly Document Configuration = Document.Open("docs/configuration.md");
    private static readonly Option[] Options = [.. Walk(typeof(GatewayOptions), "Gateway")];

    private readonly ConfigurationFile _file = new();

    public static TheoryData<string, string, string> Ranges => new(Rows()
        .Select(row => (Path: row[0], Bounds: RangePattern().Match(row[3])))
        .Where(row => row.Bounds.Success)
        .Select(row => (row.Path, row.Bounds.Groups[1].Value, row.Bounds.Groups[2].Value)));

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Options_StandThereOnceEach()
    {
        Assert.Equal(Options.Select(option => option.Path).Order(StringComparer.Ordinal), Rows().Select(row => row[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Types_AreThoseOfTheOptions()
    {
        Assert.All(Rows(), row => Assert.Equal((row[0], TypeOf(row[0]).Type), (row[0], row[1])));
    }

    [Fact]
    public void Defaults_AreThoseOfTheOptions()
    {
        Assert.All(Rows(), row =>
        {
            if (TypeOf(row[0]).Default is { } value)
            {
                Assert.Equal((row[0], $"`{value}`"), (row[0], row[2]));
            }
            else
            {
                Assert.DoesNotContain("`", row[2], StringComparison.Ordinal);
                Assert.NotEqual("", row[2]);
            }
        });
    }

    [Fact]
    public void TransportStoreAdminPortAndRehearsal_AreWhatARestartIsNeededFor()
    {
        Assert.All(Rows(), row => Assert.Equal(
            row[0].StartsWith("Gateway:Transport:", StringComparison.Ordinal) || row[0].StartsWith("Gateway:Store:", StringComparison.Ordinal) || row[0] is "Gateway:Admin:Port" or "Gateway:Rehearsal" ? "start" : "reload", row[4]));
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Range_IsWhatIsAccepted(string path, string least, string most)
    {
        Assert.Empty(_file.FaultsOf(Minimal, $"--{path}={least}"));
        Assert.Empty(_file.FaultsOf(Minimal, $"--{path}={most}"));
        Assert.StartsWith(path + ": ", Assert.Single(_file.FaultsOf(Minimal, $"--{path}={Beyond(least, -1)}")), StringComparison.Ordinal);
        Assert.StartsWith(path + ": ", Assert.Single(_file.FaultsOf(Minimal, $"--{path}={Beyond(most, +1)}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_AreThoseThatThereAre()
    {
        var rows = Configuration.Rows("Providers").Where(row => row.Length == 4 && row[0].StartsWith('`') && row[0] != "`Kind`").ToDictionary(row => row[0].Trim('`'));

        Assert.Equal(ProviderKinds.All.Select(kind => kind.Name).Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(ProviderKinds.All, kind =>
        {
            Assert.Contains(kind.DefaultBaseUrl ?? "must be given", rows[kind.Name][2], StringComparison.Ordinal);
            Assert.Contains(kind.CredentialFieldFor("/v1/models").Name, rows[kind.Name][3], StringComparison.Ordinal);
        });
    }

    [Fact]
    public void CompleteFile_HasEveryOption()
    {
        var text = File.ReadAllText(Repository.Path("config", "gateway.json"));

        Assert.All(Options, option => Assert.Contains($"\"{option.Path.Split(':')[^1]}\"", text, StringComparison.Ordinal));
    }

    private static Option TypeOf(string path) => Options.Single(option => option.Path == path);

    private static IEnumerable<string[]> Rows() => Configuration.Rows()
        .Where(row => row[0].StartsWith("`Gateway:", StringComparison.Ordinal))
        .Select(row => row.Select((cell, column) => column == 0 ? cell.Trim('`') : cell).ToArray());

    private static IEnumerable<Option> Walk(Type type, string path)
    {
        var defaults = Activator.CreateInstance(type);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var inner = $"{path}:{property.Name}";
            var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var arguments = kind.GetGenericArguments();
            var found = Describe(kind) is { } description ? [new Option(inner, description, Text(property.GetValue(defaults)))]
                : arguments.Length == 2 ? Walk(arguments[1], inner + ":NAME")
                : arguments.Length == 1 ? Walk(arguments[0], inner + ":N")
                : Walk(kind, inner);
            foreach (var option in found)
            {
                yield return option;
            }
        }
    }

    private static string? Describe(Type type) =>
        type == typeof(string) ? "string"
        : type == typeof(int) || type == typeof(long) ? "whole number"
        : type == typeof(decimal) || type == typeof(double) ? "number"
        : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type))
        : type == typeof(bool) ? "true or false"
        : type == typeof(TimeSpan) ? "time span"
        : type == typeof(DateTimeOffset) ? "time"
        : type == typeof(IReadOnlyList<string>) ? "list of strings"
        : null;

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum name => name.ToString(),
        IEnumerable => null,
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string Beyond(string bound, int direction) =>
        long.TryParse(bound, CultureInfo.InvariantCulture, out var number)
            ? (number + direction).ToString(CultureInfo.InvariantCulture)
            : (TimeSpan.Parse(bound, CultureInfo.InvariantCulture) + TimeSpan.FromTicks(direction)).ToString("c", CultureInfo.InvariantCulture);

    [GeneratedRegex("^`([^`]+)` to `([^`]+)`")]
    private static partial Regex RangePattern();

    private sealed record Option(string Path, string Type, string? Default);
}
