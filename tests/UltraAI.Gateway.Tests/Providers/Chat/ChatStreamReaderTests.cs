using System.Text;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

public sealed class ChatStreamReaderTests
{
    public static TheoryData<string, string, string> Samples => new()
    {
        {
            "OpenAI", StreamSamples.OpenAIText,
            "Ok Stop [Grüße 🌊 Error: none] [] [] in 19 (5 cached, 0+0 written, 1 audio) out 10 (4 thinking) final True  "
        },
        {
            "OpenAI", StreamSamples.OpenAITools,
            """Ok ToolCalls [] [] [call_a get_weather {"city":"Paris"}  | call_b get_time {} ] in 0 (0 cached, 0+0 written, 0 audio) out 0 (0 thinking) final False  """
        },
        {
            "Anthropic", StreamSamples.Anthropic,
            """Ok ToolCalls [Okay, let's — check] [] [toolu_1 get_weather {"city": "Paris"} ] in 35 (3 cached, 5+2 written, 0 audio) out 89 (30 thinking) final True  """
        },
        {
            "Google", StreamSamples.Google,
            """Ok ToolCalls [The moon pulls 🌙.] [] [… get_tide {"place": "Brest"} c2ln | fc_2 get_moon {} ] in 12 (4 cached, 0+0 written, 2 audio) out 17 (8 thinking) final True  """
        },
    };

    private static ProviderKind Kind(string name) => ProviderKinds.Find(name)!;

    [Theory]
    [MemberData(nameof(Samples))]
    public void Stream_CutAnywhere_ReadsTheSame(string kind, string sample, string expected)
    {
        var carriageReturns = sample.Replace("\n", "\r", StringComparison.Ordinal);
        var both = sample.Replace("\n", "\r\n", StringComparison.Ordinal);
        foreach (var (text, step) in new[] { (both, 1), (sample, 3), (carriageReturns, 7), ("\uFEFF: hello\n\n" + sample, 7) })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var at = 0; at <= bytes.Length; at += step)
            {
                Assert.Equal(expected, ChatStreams.Show(ChatStreams.Read(Kind(kind), [bytes[..at], bytes[at..]])));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Stream_InRandomPieces_ReadsTheSame(string kind, string sample, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(sample.Replace("\n", "\r\n", StringComparison.Ordinal));
        for (var seed = 0; seed < 200; seed++)
        {
            Assert.Equal(expected, ChatStreams.Show(ChatStreams.Read(Kind(kind), Pieces(bytes, new Random(seed), seed % 40))));
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Stream_CutShort_IsNeverOk(string kind, string sample, string expected)
    {
        var whole = expected[..expected.IndexOf(']', StringComparison.Ordinal)];
        var bytes = Encoding.UTF8.GetBytes(sample.TrimEnd('\n'));
        for (var length = 0; length < bytes.Length; length++)
        {
            var result = ChatStreams.Read(Kind(kind), [bytes[..length]]);

            Assert.True(
                result.Outcome == ChatOutcome.ProtocolError || ChatStreams.Show(result).StartsWith(whole, StringComparison.Ordinal),
                $"{length} bytes: {ChatStreams.Show(result)}");
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Garbage_NeverThrows(string kind, string sample, string expected)
    {
        Assert.NotEmpty(expected);
        var random = new Random(7);
        var seed = Encoding.UTF8.GetBytes(sample);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var change = random.Next(1, 12); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : "\"{}[]:,\\0u\n"[random.Next(11)]);
            }

            var result = ChatStreams.Read(Kind(kind), Pieces(bytes, random, 60));

            Assert.Equal(result.Outcome is not (ChatOutcome.Ok or ChatOutcome.Empty or ChatOutcome.Refused), result.Failure is not null);
        }
    }

    [Theory]
    [InlineData("OpenAI", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\n\ndata: [DONE]\n\n")]
    [InlineData("OpenAI", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\ud800\"}}]}\n\ndata: [DONE]\n\n")]
    [InlineData("OpenAI", "{\"choices\":[{\"message\":{\"content\":\"not a stream\"}}]}")]
    [InlineData("OpenAI", "<html>Bad gateway</html>")]
    [InlineData("OpenAI", "")]
    [InlineData("OpenAI", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"cut\"}}]}\n\n")]
    [InlineData("Anthropic", "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"cut\"}}\n\n")]
    [InlineData("Anthropic", "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n")]
    [InlineData("Google", "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"cut\"}]}}]}\n\n")]
    public void BrokenStream_IsAProtocolError(string kind, string stream) =>
        Assert.Equal(ChatOutcome.ProtocolError, ChatStreams.Read(Kind(kind), stream).Outcome);

    [Fact]
    public void EventWithoutEnd_IsAProtocolErrorAndTakesNoMoreMemory()
    {
        var reader = Kind("OpenAI").Chat.CreateReader();
        var events = new List<ChatEvent>();
        var piece = new byte[64 * 1024];
        piece.AsSpan().Fill((byte)'x');
        reader.Feed("data: "u8, events);
        for (var i = 0; i < 80; i++)
        {
            reader.Feed(piece, events);
        }

        reader.Feed("\n\ndata: [DONE]\n\n"u8, events);
        reader.End(events);

        Assert.Equal(ChatOutcome.ProtocolError, Assert.Single(events).Failure?.Outcome);
    }

    [Fact]
    public void DataOfSeveralLines_IsJoined() =>
        Assert.Equal("a", ChatStreams.Read(Kind("OpenAI"), "id: 1\nretry: 5\ndata:{\"choices\":[{\"index\":0,\ndata:\"delta\":{\"content\":\"a\"}}]}\ndataset: x\n\ndata: [DONE]\n\n").Text);

    [Fact]
    public void WhatFollowsTheTerminator_IsNotRead() =>
        Assert.Equal("a", ChatStreams.Read(Kind("OpenAI"), "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n").Text);

    [Fact]
    public void MissingDone_IsMadeUpForByAFinishReason() =>
        Assert.Equal(ChatOutcome.Ok, ChatStreams.Read(Kind("OpenAI"), "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n").Outcome);

    private static IEnumerable<byte[]> Pieces(byte[] bytes, Random random, int longest)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(random.Next(longest + 1), bytes.Length - at);
            yield return bytes[at..(at + length)];
            at += longest == 0 ? 0 : length;
            if (longest == 0)
            {
                yield return bytes[at..];
                yield break;
            }
        }
    }
}
