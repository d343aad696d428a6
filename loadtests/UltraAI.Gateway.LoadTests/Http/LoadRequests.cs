using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>The requests of the scenarios, with bodies made once.</summary>
internal sealed class LoadRequests(LoadOptions options)
{
    // With a slash at its end, or its last segment would be replaced.
    private readonly Uri _target = new(options.Target.AbsoluteUri.TrimEnd('/') + "/");
    private readonly byte[] _unary = Body("model", options.Model, streams: false, options.BodySize);
    private readonly byte[] _streamed = Body("model", options.Model, streams: true, options.BodySize);
    private readonly byte[] _run = Body("preset", options.Preset, streams: true, options.BodySize);

    public HttpRequestMessage Make(LoadScenario scenario)
    {
        var (path, body) = scenario switch
        {
            LoadScenario.Passthrough or LoadScenario.Governance => ("openai/v1/chat/completions", _unary),
            LoadScenario.Streaming => ("openai/v1/chat/completions", _streamed),
            LoadScenario.Ultra => ("ultra", _run),
            _ => throw new ArgumentOutOfRangeException(nameof(scenario), scenario, "Not one request."),
        };
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_target, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
        return request;
    }

    private static byte[] Body(string nameOf, string name, bool streams, int size)
    {
        var body = new JsonObject
        {
            [nameOf] = name,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Why do teams put a gateway in front of models? " }),
        };
        if (streams)
        {
            body["stream"] = true;
        }

        if (nameOf == "model")
        {
            body["max_tokens"] = 256;
        }

        const string filler = "lorem ipsum dolor sit amet ";
        var missing = size - Encoding.UTF8.GetByteCount(body.ToJsonString());
        var message = body["messages"]![0]!;
        message["content"] = (string?)message["content"] + string.Concat(Enumerable.Repeat(filler, Math.Max(0, (missing / filler.Length) + 1)))[..Math.Max(0, missing)];
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }
}
