namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>What a gateway has logged of whether its limits are shared.</summary>
internal static class RedisLog
{
    /// <summary>In order: <c>gone</c> and <c>back</c>.</summary>
    public static IReadOnlyList<string> Of(GatewayEnvironment gateway) =>
        [.. gateway.Logs.Lines.Select(line => line.Contains("Redis does not answer", StringComparison.Ordinal) ? "gone" : line.Contains("Redis answers again", StringComparison.Ordinal) ? "back" : "").Where(word => word.Length > 0)];
}
