using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>Adds up the <c>usage</c> of a stream: <c>message_start</c> has the input, each <c>message_delta</c> the totals so far.</summary>
/// <remarks>https://platform.claude.com/docs/en/build-with-claude/streaming. <c>input_tokens</c> leaves out what was read from and written to the cache.</remarks>
internal struct AnthropicStreamUsage
{
    private long _input;
    private long _cacheRead;
    private long _cacheWrite5m;
    private long _cacheWrite1h;
    private long _output;
    private long _thinking;

    public readonly TokenUsage Total => new()
    {
        Input = _input + _cacheRead + _cacheWrite5m + _cacheWrite1h,
        CachedInput = _cacheRead,
        CacheWrite5m = _cacheWrite5m,
        CacheWrite1h = _cacheWrite1h,
        Output = _output,
        Reasoning = _thinking,
    };

    /// <summary>A number that is left out stays as it was.</summary>
    public void Add(JsonElement usage)
    {
        _input = usage.Long("input_tokens"u8) ?? _input;
        _cacheRead = usage.Long("cache_read_input_tokens"u8) ?? _cacheRead;
        _output = usage.Long("output_tokens"u8) ?? _output;
        _thinking = usage.Get("output_tokens_details"u8).Long("thinking_tokens"u8) ?? _thinking;
        var writes = usage.Get("cache_creation"u8);
        _cacheWrite1h = writes.Long("ephemeral_1h_input_tokens"u8) ?? _cacheWrite1h;
        if (usage.Long("cache_creation_input_tokens"u8) is { } all)
        {
            _cacheWrite5m = Math.Max(0, all - _cacheWrite1h);
        }
    }
}
