using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Anthropic;

/// <summary>Counts usage, the prompt cache included: a marked prefix is written the first time and read after that.</summary>
internal sealed class MessageUsage
{
    private readonly BoundedStore<string> _prefixes = new();

    public SimulatedUsage Count(SimulatedCall call, Prompt prompt, int outputTokens, int thoughtTokens)
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

        var uncached = call.Behaviour.InputTokens ?? (prompt.InputTokens - written - read);
        var cached = call.Behaviour.CachedTokens ?? read;
        return call.Usage(new SimulatedUsage
        {
            Input = uncached + written + cached,
            CachedInput = cached,
            CacheWrite5m = written,
            Output = outputTokens,
            Reasoning = thoughtTokens,
        }) with
        {
            AudioInput = 0,
            AudioOutput = 0,
            ImageOutput = 0,
        };
    }

    public static JsonObject Write(SimulatedUsage usage) => new()
    {
        ["input_tokens"] = usage.Input - usage.CachedInput - usage.CacheWrite5m - usage.CacheWrite1h,
        ["cache_creation_input_tokens"] = usage.CacheWrite5m + usage.CacheWrite1h,
        ["cache_read_input_tokens"] = usage.CachedInput,
        ["cache_creation"] = new JsonObject { ["ephemeral_5m_input_tokens"] = usage.CacheWrite5m, ["ephemeral_1h_input_tokens"] = usage.CacheWrite1h },
        ["output_tokens"] = usage.Output,
        ["output_tokens_details"] = new JsonObject { ["thinking_tokens"] = usage.Reasoning },
        ["server_tool_use"] = null,
        ["service_tier"] = "standard",
    };
}
