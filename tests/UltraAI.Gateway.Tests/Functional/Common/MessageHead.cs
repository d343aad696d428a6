using System.Text;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Start line and fields of a message exactly as they were on the wire; text is Latin-1, so no byte is lost.</summary>
internal class MessageHead
{
    public MessageHead(byte[] bytes)
    {
        Bytes = bytes;
        Text = Encoding.Latin1.GetString(bytes);
        var lines = Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        StartLine = lines[0];
        Fields = [.. lines.Skip(1).Select(ParseField)];
    }

    public byte[] Bytes { get; }

    public string Text { get; }

    public string StartLine { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; }

    /// <summary>The value of a field that is there at most once.</summary>
    public string? this[string name]
    {
        get
        {
            var values = All(name);
            Assert.True(values.Length <= 1, $"{name} is there {values.Length} times:\n{Text}");
            return values.Length == 0 ? null : values[0];
        }
    }

    public string[] All(string name) =>
        [.. Fields.Where(f => f.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value)];

    public bool Has(string name) => All(name).Length > 0;

    private static KeyValuePair<string, string> ParseField(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        Assert.True(colon > 0, $"Not a field: {line}");
        return new(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }
}
