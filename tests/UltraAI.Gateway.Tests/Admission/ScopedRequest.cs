using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Inspection;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Admission;

/// <summary>A request as a line of text, held against a key's models.</summary>
internal sealed record ScopedRequest
{
    private readonly Provider _provider;
    private readonly IHeaderDictionary _headers = new HeaderDictionary { ["Content-Type"] = "application/json" };

    private ScopedRequest(string line)
    {
        var fields = line.Split(" ¦ ");
        var request = fields[1].Split(' ', 2);
        IsWebSocket = fields[0].StartsWith("ws:", StringComparison.Ordinal);
        var name = fields[0].Split(':')[^1];
        var kind = name == "azure" ? ProviderKinds.AzureOpenAI : ProviderKinds.All.Single(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        _provider = new Provider(name, kind, ["https://provider.example"], []);
        (Method, Target) = (request[0], request[1]);
        Body = new ReadOnlySequence<byte>(fields.Length > 2 ? Bytes(fields[2]) : []);
        foreach (var field in fields.Skip(3))
        {
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            var value = field[(colon + 1)..].Trim();
            _headers[field[..colon]] = value;
            if (value.Length == 0 && field.StartsWith("Content-Type", StringComparison.Ordinal))
            {
                _headers.Remove("Content-Type");
            }
        }
    }

    public ReadOnlySequence<byte> Body { get; init; }

    /// <summary>Which provider it is for; <c>azure</c> for Azure OpenAI.</summary>
    public string Provider => _provider.Name;

    public bool IsWebSocket { get; }

    public string Method { get; }

    public string Target { get; }

    /// <summary>The fields as lines.</summary>
    public IEnumerable<string> Fields => _headers.Select(one => $"{one.Key}: {one.Value}");

    public static ScopedRequest Parse(string line) => new(line);

    /// <summary>The cases of a file beside this one.</summary>
    public static IEnumerable<string> File(string name) =>
        System.IO.File.ReadLines(Repository.Path("tests", "UltraAI.Gateway.Tests", "Admission", name)).Where(line => line.Length > 0 && line[0] != '#');

    public GatewayError? Check(params string[]? models)
    {
        var path = _provider.PathOf(Target);
        var question = Target.IndexOf('?', StringComparison.Ordinal);
        var facts = RequestInspector.Inspect(_provider.Kind, _provider.Kind.EndpointOf(Method, path), new InspectedRequest
        {
            Method = Method,
            Path = path,
            Query = question < 0 ? "" : Target.AsSpan(question + 1),
            ContentType = _headers.ContentType.Count == 0 ? null : _headers.ContentType.ToString(),
            IsEncoded = _headers.ContentEncoding.Count > 0,
            Body = Body,
            IsWhole = true,
        });
        var key = new VirtualKey { Name = "k", Models = models };
        Assert.Null(RequestPreparation.RefuseFields(_headers, Target, "a-key-that-stands-nowhere", key, out var fieldFault));
        return ModelPolicy.Check(key, new RequestLine(_provider, Method, Target), _headers, fieldFault, IsWebSocket, facts);
    }

    // Characters as UTF-8, \xNN as one byte, ⏎ as CR LF.
    private static byte[] Bytes(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text[i + 1] == 'x')
            {
                bytes.Add(byte.Parse(text.AsSpan(i + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 3;
            }
            else if (text[i] == '⏎')
            {
                bytes.AddRange("\r\n"u8);
            }
            else
            {
                var length = char.IsHighSurrogate(text[i]) ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
        }

        return [.. bytes];
    }
}
