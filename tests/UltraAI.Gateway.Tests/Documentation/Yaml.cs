using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>A node of a YAML file: a scalar as text, a list or a mapping.</summary>
internal sealed class Yaml
{
    private readonly object? _node;

    private Yaml(object? node) => _node = node;

    public string Text => _node as string ?? throw new InvalidOperationException($"{_node ?? "nothing"} is not a scalar.");

    public IReadOnlyList<Yaml> Items => _node is IEnumerable<object> list ? [.. list.Select(item => new Yaml(item))] : [];

    public IReadOnlyDictionary<string, Yaml> Entries => _node is IDictionary<object, object> mapping
        ? mapping.ToDictionary(entry => (string)entry.Key, entry => new Yaml(entry.Value))
        : new Dictionary<string, Yaml>();

    public Yaml this[string name] => Entries.TryGetValue(name, out var value) ? value : throw new InvalidOperationException($"There is no '{name}'.");

    /// <summary>The documents of a file, anchors and merge keys resolved.</summary>
    public static IReadOnlyList<Yaml> Load(params string[] path)
    {
        using var reader = File.OpenText(Repository.Path(path));
        var parser = new MergingParser(new Parser(reader));
        var deserializer = new DeserializerBuilder().Build();
        var documents = new List<Yaml>();
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();
        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            documents.Add(new Yaml(deserializer.Deserialize<object>(parser)));
        }

        return documents;
    }
}
