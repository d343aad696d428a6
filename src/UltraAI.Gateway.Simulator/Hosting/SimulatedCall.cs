using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using UltraAI.Gateway.Simulator.Content;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>One request on its way through a dialect: what came in, and what the answer is written to.</summary>
internal sealed class SimulatedCall
{
    private JsonNode? _json;
    private bool _parsed;

    public SimulatedCall(HttpContext context, RecordedRequest record, SimulatorOptions options)
    {
        Context = context;
        Record = record;
        Options = options;
        Answer = new AnswerWriter(this, options);
    }

    public HttpContext Context { get; }

    public RecordedRequest Record { get; }

    public SimulatorOptions Options { get; }

    public AnswerWriter Answer { get; }

    public SimulatedBehaviour Behaviour { get; set; } = new();

    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Gets the parts of the path that its route names.</summary>
    public IReadOnlyDictionary<string, string> RouteValues { get; set; } = new Dictionary<string, string>();

    public CancellationToken Aborted => Context.RequestAborted;

    public long UnixTime => Options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();

    public string UtcTime => Options.TimeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Gets the provider's own address, as the connection shows it.</summary>
    public string BaseAddress => $"{Context.Request.Scheme}://{Context.Connection.LocalIpAddress}:{Context.Connection.LocalPort}";

    /// <summary>What the call used: as counted, unless the behaviour says otherwise.</summary>
    public SimulatedUsage Usage(SimulatedUsage counted) => Behaviour.Usage ?? counted;

    public string Query(string name) => Context.Request.Query[name].ToString();

    public string Header(string name) => Context.Request.Headers[name].ToString();

    public void SetBody(ReadOnlyMemory<byte> body) => Body = body;

    /// <summary>The body as a JSON object, or the provider's own 400.</summary>
    public JsonObject JsonBody() =>
        TryJson() as JsonObject ?? throw new ProviderException(400, "We could not parse the JSON body of your request.", "invalid_json");

    /// <summary>The body as JSON, or nothing.</summary>
    public JsonNode? TryJson()
    {
        if (!_parsed)
        {
            _parsed = true;
            try
            {
                _json = Body.IsEmpty ? null : Json.Parse(Body);
            }
            catch (JsonException)
            {
                // Not JSON: whoever needs it says so.
            }
        }

        return _json;
    }
}
