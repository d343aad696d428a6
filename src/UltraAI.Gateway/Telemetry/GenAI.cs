namespace UltraAI.Gateway.Telemetry;

/// <summary>Names of OpenTelemetry's semantic conventions for generative AI, version 1.38 (status: Development).</summary>
/// <remarks>https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/</remarks>
internal static class GenAI
{
    /// <summary>Seconds; the boundaries that the conventions publish for the duration of operations.</summary>
    public static readonly double[] DurationBounds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

    /// <summary>Seconds; the boundaries that the conventions publish for the time to the first token.</summary>
    public static readonly double[] FirstChunkBounds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>Tokens; the boundaries that the conventions publish.</summary>
    public static readonly long[] TokenBounds = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

    public static class Instruments
    {
        public const string OperationDuration = "gen_ai.client.operation.duration";
        public const string TimeToFirstChunk = "gen_ai.client.operation.time_to_first_chunk";
        public const string TokenUsage = "gen_ai.client.token.usage";
    }

    // Those of spans are of the conventions' later home: https://github.com/open-telemetry/semantic-conventions-genai
    public static class Tags
    {
        public const string OperationName = "gen_ai.operation.name";
        public const string ProviderName = "gen_ai.provider.name";
        public const string RequestModel = "gen_ai.request.model";
        public const string TokenType = "gen_ai.token.type";
        public const string ErrorType = "error.type";
        public const string RequestStream = "gen_ai.request.stream";
        public const string RequestMaxTokens = "gen_ai.request.max_tokens";
        public const string TimeToFirstChunk = "gen_ai.response.time_to_first_chunk";
        public const string InputTokens = "gen_ai.usage.input_tokens";
        public const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";
        public const string CacheWriteTokens = "gen_ai.usage.cache_write.input_tokens";
        public const string OutputTokens = "gen_ai.usage.output_tokens";
        public const string ReasoningTokens = "gen_ai.usage.reasoning.output_tokens";
    }
}
