using System.Text;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>Tokens that nobody has counted.</summary>
public sealed class UsageEstimateTests
{
    private static readonly ProviderEndpoint Chat = new() { Model = ModelPlace.Body, Usage = UsageDialect.OpenAIChat };

    [Fact]
    public void Input_OfText_IsFourBytesAToken() =>
        Assert.Equal(251, UsageEstimate.Input(new RequestFacts { Endpoint = Chat, BodyBytes = 1001 }));

    [Fact]
    public void Input_OfMedia_IsFarLess()
    {
        Assert.Equal(100 + 6250, UsageEstimate.Input(new RequestFacts { Endpoint = Chat, BodyBytes = 400_400, MediaBytes = 400_000 }));
        Assert.Equal(1000, UsageEstimate.Input(new RequestFacts { Endpoint = new() { Model = ModelPlace.Form }, BodyBytes = 64_000 }));
    }

    [Fact]
    public void Reservation_WithMaximum_IsThatTimesTheChoices()
    {
        var request = new RequestFacts { Endpoint = Chat, BodyBytes = 400, MaxOutputTokens = 50, Choices = 3 };

        Assert.Equal(new TokenUsage { Input = 100, Output = 150 }, UsageEstimate.Reservation(request, usualOutput: 7));
    }

    [Fact]
    public void Reservation_WithAnAbsurdMaximum_DoesNotOverflow()
    {
        var request = new RequestFacts { Endpoint = Chat, BodyBytes = 400, MaxOutputTokens = long.MaxValue, Choices = 128 };

        Assert.True(UsageEstimate.Reservation(request, null).Total > 0);
    }

    [Fact]
    public void Reservation_WithoutMaximum_IsTheUsual()
    {
        var request = new RequestFacts { Endpoint = Chat, BodyBytes = 400 };

        Assert.Equal(77, UsageEstimate.Reservation(request, usualOutput: 77).Output);
        Assert.Equal(UsageEstimate.UnknownOutput, UsageEstimate.Reservation(request, usualOutput: null).Output);
    }

    [Fact]
    public void Reservation_OfEmbeddings_HasNoOutput() =>
        Assert.Equal(0, UsageEstimate.Reservation(new RequestFacts { Endpoint = new() { Usage = UsageDialect.OpenAIEmbeddings }, BodyBytes = 400 }, null).Output);

    [Fact]
    public void Settle_CompleteReading_IsExact()
    {
        var usage = new TokenUsage { Input = 5, Output = 6 };

        Assert.Equal((usage, false), UsageEstimate.Settle(new UsageReading(usage, true, true, 900), new RequestFacts { Endpoint = Chat, BodyBytes = 400 }, 50));
    }

    [Fact]
    public void Settle_InputAlone_EstimatesTheOutput()
    {
        var reading = new UsageReading(new TokenUsage { Input = 5, CachedInput = 2, Output = 1 }, true, false, 40);

        Assert.Equal((new TokenUsage { Input = 5, CachedInput = 2, Output = 11 }, true), UsageEstimate.Settle(reading, new RequestFacts { Endpoint = Chat, BodyBytes = 400 }, 50));
    }

    [Fact]
    public void Settle_NoReport_EstimatesBoth() =>
        Assert.Equal((new TokenUsage { Input = 100, Output = 10 }, true), UsageEstimate.Settle(new UsageReading(default, false, false, 40), new RequestFacts { Endpoint = Chat, BodyBytes = 400 }, 50));

    [Fact]
    public void Settle_NothingObserved_TakesTheReservation() =>
        Assert.Equal((new TokenUsage { Input = 100, Output = 50 }, true), UsageEstimate.Settle(null, new RequestFacts { Endpoint = Chat, BodyBytes = 400 }, 50));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1023, 0)]
    [InlineData(1024, 1024)]
    [InlineData(100_000, 100_000)]
    public void Base64_InLongRuns_IsMeasured(int length, long measured)
    {
        var text = string.Concat(Enumerable.Repeat("How do the tides work, and why? ", 100));
        var body = $$"""{"messages":[{"content":[{"text":"{{text}}"},{"url":"data:image/png;base64,{{new string('A', length)}}"},{"text":"{{text}}"}]}]}""";

        Assert.Equal(measured, Base64Text.Measure(Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public void Base64_OfSeveralPicturesInBothAlphabets_IsMeasured()
    {
        var bytes = new byte[30_000];
        new Random(5).NextBytes(bytes);
        var standard = Convert.ToBase64String(bytes);
        var escaped = standard.Replace("/", "\\/", StringComparison.Ordinal);
        var web = standard.Replace('+', '-').Replace('/', '_');

        Assert.Equal(standard.Length + escaped.Length + web.Length, Base64Text.Measure(Encoding.UTF8.GetBytes($"[\"{standard}\",\"{escaped}\",\"{web}\"]")));
    }
}
