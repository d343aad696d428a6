using System.Buffers;
using System.Text;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Inspection;

namespace UltraAI.Gateway.Tests.Providers.Inspection;

/// <summary>Inspects a request that is written down in a line.</summary>
internal static class Inspection
{
    public static RequestFacts Of(
        string body, ProviderKind? kind = null, string target = "/v1/chat/completions", string method = "POST", string? contentType = "application/json", bool isWhole = true) =>
        Of(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), kind, target, method, contentType, isWhole);

    public static RequestFacts Of(
        ReadOnlySequence<byte> body, ProviderKind? kind = null, string target = "/v1/chat/completions", string method = "POST", string? contentType = "application/json", bool isWhole = true)
    {
        kind ??= ProviderKinds.OpenAI;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        return RequestInspector.Inspect(kind, kind.EndpointOf(method, path), new InspectedRequest
        {
            Method = method,
            Path = path,
            Query = question < 0 ? "" : target[(question + 1)..],
            ContentType = contentType,
            Body = body,
            IsWhole = isWhole,
        });
    }
}
