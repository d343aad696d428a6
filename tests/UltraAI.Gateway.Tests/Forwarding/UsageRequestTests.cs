using System.Buffers;
using System.Text;
using UltraAI.Gateway.Forwarding;
using UltraAI.Gateway.Tests.Providers.Inspection;
using Xunit;

namespace UltraAI.Gateway.Tests.Forwarding;

public sealed class UsageRequestTests
{
    [Theory]
    [InlineData("""{"stream":true}""", """{"stream_options":{"include_usage":true},"stream":true}""")]
    [InlineData(""" { "a" : "é" ,"stream": true } """, """ {"stream_options":{"include_usage":true}, "a" : "é" ,"stream": true } """)]
    [InlineData("""{"stream":true,"stream_options":{}}""", """{"stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData("""{"stream":true,"stream_options":{ "x":[1]}}""", """{"stream":true,"stream_options":{"include_usage":true, "x":[1]}}""")]
    [InlineData("""{"stream_options":{"include_usage":false,"x":1},"stream":true}""", """{"stream_options":{"include_usage":true,"x":1},"stream":true}""")]
    [InlineData("""{"stream_options":{"include_usage":null},"stream":true}""", """{"stream_options":{"include_usage":true},"stream":true}""")]
    [InlineData("""{"stream":true,"stream_options":null,"n":1}""", """{"stream":true,"stream_options":{"include_usage":true},"n":1}""")]
    [InlineData("""{"str\u0065am":true,"messages":[{"stream":false,"stream_options":{"include_usage":true}}]}""", """{"stream_options":{"include_usage":true},"str\u0065am":true,"messages":[{"stream":false,"stream_options":{"include_usage":true}}]}""")]
    [InlineData("""{"stream":false}""", null)]
    [InlineData("""{"model":"x"}""", null)]
    [InlineData("""{"stream":true,"stream_options":{"include_usage":true}}""", null)]
    [InlineData("""{"stream":true,"stream_options":{"include_usage":"no"}}""", null)]
    [InlineData("""{"stream":true,"stream_options":[]}""", null)]
    [InlineData("""{"stream":true,"stream":true}""", null)]
    [InlineData("""{"stream":true,"stream_options":{},"stream_options":{}}""", null)]
    [InlineData("""{"stream":true,"stream_options":{"include_usage":false,"include_usage":false}}""", null)]
    [InlineData("""{"stream":true} x""", null)]
    [InlineData("""{"stream":true""", null)]
    [InlineData("""[{"stream":true}]""", null)]
    [InlineData("", null)]
    public void Body_GetsTheOptionAndKeepsEveryOtherByte(string body, string? expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        for (var size = 1; size <= bytes.Length + 1; size++)
        {
            var changed = UsageRequest.TryAdd(Pieces.Of(bytes, size));

            Assert.Equal(expected, changed is null ? null : Encoding.UTF8.GetString(changed.Value.ToArray()));
            Assert.Equal(expected is null ? null : Encoding.UTF8.GetByteCount(expected), changed?.Length);
        }
    }

    [Fact]
    public void Body_IsNotCopied()
    {
        var bytes = Encoding.UTF8.GetBytes("{\"stream\":true,\"messages\":\"" + new string('x', 1_000_000) + "\"}");

        Assert.InRange(Allocations.Of(() => Assert.NotNull(UsageRequest.TryAdd(new ReadOnlySequence<byte>(bytes)))), 0, 4096);
    }
}
