using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>Every dialect, whole and in pieces, plain and compressed.</summary>
public sealed class UsageObserverTests
{
    public static TheoryData<string> Names => [.. UsageSamples.All.Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Response_Whole_ReportsItsUsage(string name)
    {
        var sample = Sample(name);
        var reading = UsageSample.Read(sample.Dialect, sample.Body);

        Assert.Equal(sample.Usage, reading.Usage);
        Assert.True(reading.IsReported);
        Assert.True(reading.IsComplete);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Response_SplitAnywhere_ReportsTheSame(string name)
    {
        var sample = Sample(name);
        var bytes = sample.Bytes;
        var whole = UsageSample.Read(sample.Dialect, sample.Body);
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(whole, UsageSample.Read(sample.Dialect, [bytes.AsMemory(0, split), bytes.AsMemory(split)]));
        }

        Assert.Equal(whole, UsageSample.Read(sample.Dialect, Enumerable.Range(0, bytes.Length).Select(at => (ReadOnlyMemory<byte>)bytes.AsMemory(at, 1))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Response_InRandomPiecesAndCodings_ReportsTheSame(string name)
    {
        var sample = Sample(name);
        var whole = UsageSample.Read(sample.Dialect, sample.Body);
        var random = new Random(20261124);
        foreach (var coding in new[] { "identity", "gzip", "br", "deflate" })
        {
            var bytes = Coding.Encode(coding, sample.Body);
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(whole, UsageSample.Read(sample.Dialect, UsageSample.Cut(bytes, random, mostBytes: 1 + (i * 7)), coding));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Response_WithCarriageReturns_ReportsTheSame(string name)
    {
        var sample = Sample(name);
        var lines = sample.Body.ReplaceLineEndings("\n");
        foreach (var ending in new[] { "\r\n", "\r" })
        {
            Assert.Equal(sample.Usage, UsageSample.Read(sample.Dialect, lines.ReplaceLineEndings(ending)).Usage);
        }
    }

    [Theory]
    [InlineData(nameof(UsageDialect.None), "application/json", null)]
    [InlineData(nameof(UsageDialect.OpenAIAudio), "audio/mpeg", null)]
    [InlineData(nameof(UsageDialect.OpenAIImages), "image/png", null)]
    [InlineData(nameof(UsageDialect.OpenAIChat), "application/json", "zstd")]
    [InlineData(nameof(UsageDialect.OpenAIChat), "application/json", "gzip, br")]
    public void Create_NothingToObserve_IsNull(string dialect, string contentType, string? coding) =>
        Assert.Null(UsageObserver.Create(Enum.Parse<UsageDialect>(dialect), contentType, coding));

    [Theory]
    [InlineData("application/json; charset=UTF-8", "GZIP")]
    [InlineData("text/event-stream; charset=utf-8", "identity")]
    [InlineData("application/vnd.api+json", " br ")]
    [InlineData("text/plain", "x-gzip")]
    [InlineData(null, "deflate")]
    public void Create_JsonOrEvents_IsNotNull(string? contentType, string coding) =>
        Assert.NotNull(UsageObserver.Create(UsageDialect.OpenAIChat, contentType, coding));

    private static UsageSample Sample(string name) => UsageSamples.All.Single(sample => sample.Name == name);
}
