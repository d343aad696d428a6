using UltraAI.Gateway.Soak;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests;

public sealed class SoakVerdictTests
{
    private static readonly Dictionary<string, long> Good = new()
    {
        ["call: 200"] = 990,
        ["call: broken off"] = 10,
        ["client leaves: left"] = 10,
        ["client resets: left"] = 10,
        ["embedding: 200"] = 10,
        ["message: 200"] = 10,
        ["provider cuts: broken off"] = 10,
        ["provider fails: 500"] = 10,
        ["provider hangs: 504"] = 10,
        ["provider resets: 502"] = 10,
        ["run: 200"] = 10,
        ["slow reader: whole"] = 10,
        ["stream: 200"] = 10,
        ["upload: 200"] = 10,
        ["wrong key: 401"] = 10,
    };

    [Fact]
    public void EndsAsTheyShouldBe_AreNoFault() => Assert.Empty(Verdict.OfEnds(Good));

    [Fact]
    public void RequestsThatFail_AreAFault()
    {
        Assert.Equal(["call: 990 of 1001 came to 200, less than 99 %"], Verdict.OfEnds(new Dictionary<string, long>(Good) { ["call: 503"] = 1 }));
        Assert.Equal(["wrong key: 0 of 10 came to 401, less than 99 %"], Verdict.OfEnds(new Dictionary<string, long>(Good.Where(end => end.Key != "wrong key: 401")) { ["wrong key: 200"] = 10 }));
    }

    [Fact]
    public void WhatNeverCame_IsAFault() =>
        Assert.Equal(["stream: 0 of 0 came to 200, less than 99 %"], Verdict.OfEnds(new Dictionary<string, long>(Good.Where(end => end.Key != "stream: 200"))));

    [Fact]
    public void ReloadsThatWereNotAsWritten_AreAFault()
    {
        Assert.Empty(Verdict.OfReloads(new Reloads(4, 2), new Reloads(4, 2)));
        Assert.Equal(["reloads: 4 applied and 1 rejected, of 4 valid and 2 faulty configurations"], Verdict.OfReloads(new Reloads(4, 2), new Reloads(4, 1)));
    }

    [Fact]
    public void CallThatDoesNotEnd_IsAFault()
    {
        var level = new Sample(1, 20, 250, 1, 25, 170, 1000, Calls: 0);

        Assert.Empty(Verdict.Of([level, level, level]));
        Assert.Equal(["calls: 1 did not end in a pause of the load"], Verdict.Of([level, level with { Calls = 1 }, level]));
    }
}
