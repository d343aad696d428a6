using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Runs;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Runs;

public sealed class WireNameTests
{
    [Fact]
    public void Outcomes_AreTheirNamesInSnakeCase() => Assert.All(Enum.GetValues<ChatOutcome>(), value => Assert.Equal(Snake(value), value.Name()));

    [Fact]
    public void DegradedCodes_AreTheirNamesInSnakeCase() => Assert.All(Enum.GetValues<DegradedCode>(), value => Assert.Equal(Snake(value), value.Name()));

    [Fact]
    public void CancelReasons_AreTheirNamesInSnakeCase() => Assert.All(Enum.GetValues<CancelReason>(), value => Assert.Equal(Snake(value), value.Name()));

    private static string Snake<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
