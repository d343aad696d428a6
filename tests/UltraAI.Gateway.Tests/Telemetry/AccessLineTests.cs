using System.Text;
using System.Text.Json;
using UltraAI.Gateway.Telemetry.Access;
using Xunit;

namespace UltraAI.Gateway.Tests.Telemetry;

public sealed class AccessLineTests
{
    private readonly AccessEntry _entry = new()
    {
        At = new DateTimeOffset(2026, 11, 30, 12, 34, 56, 789, TimeSpan.FromHours(2)),
        Method = "POST",
        Target = "/openai/v1/chat/completions?key=secret",
        Status = 200,
    };

    [Fact]
    public void Write_AllThatIsKnown_IsALineOfJson()
    {
        (_entry.RequestId, _entry.Key, _entry.Provider, _entry.Model, _entry.Outcome) = ("0123456789abc", "team-a", "openai", "gpt-4o", "ok");
        (_entry.Credential, _entry.Destination, _entry.RunId) = ("main", "api.openai.com", "run_1");
        (_entry.RequestBytes, _entry.ResponseBytes, _entry.InputTokens, _entry.OutputTokens, _entry.NanoUsd) = (1024, 2048, 12, 34, 1_000_000_500);
        _entry.Duration = TimeSpan.FromTicks(12_345_674);
        _entry.FirstChunk = TimeSpan.FromMilliseconds(250);

        Assert.Equal(
            """{"time":"2026-11-30T10:34:56.7890000Z","request_id":"0123456789abc","key":"team-a","provider":"openai","method":"POST","path":"/openai/v1/chat/completions","model":"gpt-4o","status":200,"outcome":"ok","duration_ms":1234.567,"first_chunk_ms":250,"request_bytes":1024,"response_bytes":2048,"input_tokens":12,"output_tokens":34,"cost_usd":1.0000005,"estimated":false,"credential":"main","destination":"api.openai.com","run_id":"run_1"}""" + "\n",
            Line());
    }

    [Fact]
    public void Write_CallWithoutTokens_StillHasItsCost()
    {
        _entry.NanoUsd = 40_000_000;

        Assert.Contains("""
            "duration_ms":0,"cost_usd":0.04}
            """, Line(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatIsNotKnown_IsLeftOut() =>
        Assert.Equal("""{"time":"2026-11-30T10:34:56.7890000Z","method":"POST","path":"/openai/v1/chat/completions","status":200,"duration_ms":0}""" + "\n", Line());

    [Theory]
    [InlineData(0, "0")]
    [InlineData(4, "0")]
    [InlineData(5, "0.001")]
    [InlineData(9_990, "0.999")]
    [InlineData(10_000, "1")]
    [InlineData(10_100, "1.01")]
    [InlineData(36_000_000_000_010, "3600000000.001")]
    public void Write_Durations_AreInMillisecondsToTheMicrosecond(long ticks, string expected)
    {
        _entry.Duration = TimeSpan.FromTicks(ticks);

        Assert.Contains($"\"duration_ms\":{expected}}}", Line(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\"b\\c\n\u0001")]
    [InlineData("größe-\u6a21\u578b-\ud83d\ude00")]
    [InlineData("\ud83d")]
    public void Write_AnyText_CanBeReadAgain(string model)
    {
        _entry.Model = model;

        var line = Line();
        Assert.Equal(1, line.Count(letter => letter == '\n'));
        using var json = JsonDocument.Parse(line);
        Assert.Equal(model.Replace("\ud83d", model.Length == 1 ? "\ufffd" : "\ud83d", StringComparison.Ordinal), json.RootElement.GetProperty("model").GetString());
    }

    [Fact]
    public void Write_LongText_IsCut()
    {
        _entry.Model = new string('m', 5000);

        using var json = JsonDocument.Parse(Line());
        Assert.Equal(1024, json.RootElement.GetProperty("model").GetString()!.Length);
    }

    [Fact]
    public void Write_TextCutWithinACharacter_IsStillALine()
    {
        _entry.Model = "m" + string.Concat(Enumerable.Repeat("\ud83d\ude00", 1000));

        using var json = JsonDocument.Parse(Line());
        Assert.EndsWith("\ud83d\ude00\ufffd", json.RootElement.GetProperty("model").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('m')]
    [InlineData('\u0001')]
    [InlineData('\u6a21')]
    [InlineData('\ud83d')]
    public void Write_EverythingAtItsLongest_Fits(char character)
    {
        var longest = new string(character, 2000);
        (_entry.RequestId, _entry.Key, _entry.Provider, _entry.Method, _entry.Target, _entry.Model) = (longest, longest, longest, longest, longest, longest);
        (_entry.Error, _entry.Outcome, _entry.Credential, _entry.Destination, _entry.RunId) = (longest, longest, longest, longest, longest);
        (_entry.Status, _entry.RequestBytes, _entry.ResponseBytes) = (int.MinValue, long.MinValue, long.MinValue);
        (_entry.InputTokens, _entry.OutputTokens, _entry.NanoUsd) = (long.MaxValue, 0, long.MaxValue);
        (_entry.Duration, _entry.FirstChunk) = (TimeSpan.FromDays(10_000_000), TimeSpan.FromDays(10_000_000));

        using var json = JsonDocument.Parse(Line());
        Assert.Equal(1024, json.RootElement.GetProperty("run_id").GetString()!.Length);
    }

    private string Line()
    {
        var line = new byte[AccessLine.MostBytes(_entry)];
        return Encoding.UTF8.GetString(line, 0, AccessLine.Write(_entry, line));
    }
}
