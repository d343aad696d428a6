using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>Counts usage, the prompt cache included: a marked prefix is written the first time and read after that.</summary>
internal sealed class MessageUsage
{
    private readonly BoundedStore<string> _prefixes = new();

    public JsonObject Count(SimulatedCall call, Prompt prompt, int outputTokens, int thoughtTokens)
    {
        var written = 0;
        var read = 0;
        if (prompt.MarkedTokens > 0)
        {
            var key = prompt.MarkedHash.ToString(CultureInfo.InvariantCulture);
            if (_prefixes.Get(key) is null)
            {
                _prefixes.Set(key, key);
                written = prompt.MarkedTokens;
            }
            else
            {
                read = prompt.MarkedTokens;
            }
        }

        return new JsonObject
        {
            ["input_tokens"] = call.Behaviour.InputTokens ?? (prompt.InputTokens - written - read),
            ["cache_creation_input_tokens"] = written,
            ["cache_read_input_tokens"] = call.Behaviour.CachedTokens ?? read,
            ["cache_creation"] = new JsonObject { ["ephemeral_5m_input_tokens"] = written, ["ephemeral_1h_input_tokens"] = 0 },
            ["output_tokens"] = outputTokens,
            ["output_tokens_details"] = new JsonObject { ["thinking_tokens"] = thoughtTokens },
            ["server_tool_use"] = null,
            ["service_tier"] = "standard",
        };
    }
}
