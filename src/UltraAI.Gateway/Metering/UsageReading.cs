using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Metering;

/// <summary>What a response said of its usage.</summary>
/// <param name="Usage">What was reported, so far as it was.</param>
/// <param name="IsReported">Whether anything was reported: then the input is exact.</param>
/// <param name="IsComplete">Whether all of it was reported: then <paramref name="Usage"/> is exact, and nothing needs to be estimated.</param>
/// <param name="OutputBytes">Bytes of text that the model wrote and no report has counted yet, as they are spelled in JSON; names, markup and pictures are not among them.</param>
internal readonly record struct UsageReading(TokenUsage Usage, bool IsReported, bool IsComplete, long OutputBytes);
