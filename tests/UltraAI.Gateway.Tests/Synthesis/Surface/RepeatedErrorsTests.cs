using System.Text;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Runs;
using UltraAI.Gateway.Synthesis.Surface;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Surface;

public sealed class RepeatedErrorsTests
{
    private static readonly UltraError AfterWork = new(502, "lead_failed", "No lead has answered.") { IsAfterWork = true };

    private readonly FakeTimeProvider _time = new();
    private readonly RepeatedErrors _errors;

    public RepeatedErrorsTests() => _errors = new RepeatedErrors(_time);

    [Fact]
    public void ErrorAfterWork_IsKnownForTenSeconds()
    {
        _errors.Add(Digest(1), AfterWork);
        _time.Advance(TimeSpan.FromMilliseconds(9_999));

        Assert.True(_errors.TryGet(Digest(1), out var error));
        Assert.Same(AfterWork, error);
        Assert.False(_errors.TryGet(Digest(2), out _));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_errors.TryGet(Digest(1), out _));
    }

    [Fact]
    public void ErrorBeforeWork_IsNotRemembered()
    {
        _errors.Add(Digest(1), AfterWork with { IsAfterWork = false });

        Assert.False(_errors.TryGet(Digest(1), out _));
    }

    [Fact]
    public void Repetition_DoesNotProlongIt()
    {
        _errors.Add(Digest(1), AfterWork);
        _time.Advance(TimeSpan.FromSeconds(6));
        _errors.Add(Digest(1), AfterWork with { Code = "run_deadline" });
        Assert.True(_errors.TryGet(Digest(1), out var error));
        Assert.Equal("lead_failed", error.Code);

        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(_errors.TryGet(Digest(1), out _));
    }

    [Fact]
    public void Errors_AreBounded_AndTheOldestGoFirst()
    {
        for (var i = 0; i <= RepeatedErrors.MostErrors; i++)
        {
            _errors.Add(Digest(i), AfterWork);
        }

        Assert.False(_errors.TryGet(Digest(0), out _));
        Assert.True(_errors.TryGet(Digest(1), out _));
        Assert.True(_errors.TryGet(Digest(RepeatedErrors.MostErrors), out _));
    }

    [Fact]
    public void Digest_TellsKeysSurfacesAndBodiesApart()
    {
        var key = Key("one");
        RequestDigest[] digests =
        [
            RequestDigest.Of(key, "/ultra", "{}"u8), RequestDigest.Of(key, "/ultra", "{ }"u8),
            RequestDigest.Of(Key("two"), "/ultra", "{}"u8), RequestDigest.Of(key, "/ultra/v1/chat/completions", "{}"u8),
        ];

        Assert.Equal(4, digests.Distinct().Count());
        Assert.Equal(digests[0], RequestDigest.Of(Key("one"), "/ultra", "{}"u8));
    }

    private static RequestDigest Digest(int number) => RequestDigest.Of(Key("key"), "/ultra", Encoding.UTF8.GetBytes($"{number}"));

    private static VirtualKey Key(string name) => new() { Name = name };
}
