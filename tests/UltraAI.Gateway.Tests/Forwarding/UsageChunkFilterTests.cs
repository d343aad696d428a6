using System.Buffers;
using System.Text;
using UltraAI.Gateway.Forwarding;
using Xunit;

namespace UltraAI.Gateway.Tests.Forwarding;

public sealed class UsageChunkFilterTests
{
    private const string Role = "data: {\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"\"}}],\"usage\":null}\n\n";
    private const string AzureFirst = "data: {\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n";
    private const string Decoy = "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"choices\\\":[],\\\"usage\\\":{\\\"prompt_tokens\\\":1}\"}}],\"usage\":{\"prompt_tokens\":1}}\n\n";
    private const string Nested = "data: {\"choices\":[{\"x\":{\"choices\":[],\"usage\":{}}}]}\n\n";
    private const string Usage = "data: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
    private const string Done = "data: [DONE]\n\n";

    [Theory]
    [InlineData(Role + Usage + Done, Role + Done)]
    [InlineData(Role + Usage, Role)]
    [InlineData(AzureFirst + Role + Usage + Done, AzureFirst + Role + Done)]
    [InlineData(Decoy + Nested + Usage + Done, Decoy + Nested + Done)]
    [InlineData(Role + Usage + Role + Done, Role + Usage + Role + Done)]
    [InlineData(Usage + Usage + Done, Usage + Done)]
    [InlineData(Role + Usage + ": ping\n\n" + Done, Role + ": ping\n\n" + Done)]
    [InlineData(Role + Done, Role + Done)]
    [InlineData(": hi\n\n\n\nevent: x\n" + Role + "id: 1\n" + Usage + Done, ": hi\n\n\n\nevent: x\n" + Role + Done)]
    [InlineData("data:{\"choices\" : [ ],\ndata: \"usage\":{}}\n\n" + Done, Done)]
    [InlineData("data: {\"choices\":[],\"usage\":{}", "data: {\"choices\":[],\"usage\":{}")]
    [InlineData("data: {\"choices\":[],\"usage\":{}}", "")]
    [InlineData("data: {\"choices\":[],\"usage\":{}} x\n\n" + Done, "data: {\"choices\":[],\"usage\":{}} x\n\n" + Done)]
    [InlineData("{\"error\":{\"message\":\"no stream\"}}", "{\"error\":{\"message\":\"no stream\"}}")]
    [InlineData("", "")]
    public void Stream_LosesItsExtraChunkAlone_WhereverItIsCut(string stream, string expected)
    {
        foreach (var (input, output) in new[] { (stream, expected), (Crlf(stream), Crlf(expected)) })
        {
            var bytes = Encoding.UTF8.GetBytes(input);
            for (var cut = 0; cut <= bytes.Length; cut++)
            {
                Assert.Equal(output, Filter(bytes[..cut], bytes[cut..]));
            }

            Assert.Equal(output, Filter([.. bytes.Select(value => new[] { value })]));
            Assert.Equal(output, Filter([.. bytes.Chunk(7)]));
        }
    }

    [Fact]
    public void CompleteEvent_GoesOnAtOnce()
    {
        using var filter = new UsageChunkFilter();
        var output = new ArrayBufferWriter<byte>();

        filter.Write(Encoding.UTF8.GetBytes(Role + "data: {"), output);

        Assert.Equal(Role, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void LargeEvent_PassesWithoutBeingHeld_AndTheNextIsLookedAtAgain()
    {
        var large = Encoding.UTF8.GetBytes("data: {\"choices\":[{\"delta\":\"" + new string('x', 200_000) + "\"}]}\n\n");
        using var filter = new UsageChunkFilter();
        var output = new ArrayBufferWriter<byte>();
        var written = 0;
        foreach (var piece in large.Chunk(10_000))
        {
            filter.Write(piece, output);
            written += piece.Length;
            Assert.InRange(written - output.WrittenCount, 0, UsageChunkFilter.MaxHeld);
        }

        Assert.Equal(large, output.WrittenSpan.ToArray());
        filter.Write(Encoding.UTF8.GetBytes(Usage + Done), output);
        filter.Complete(output);
        Assert.Equal(Done, Encoding.UTF8.GetString(output.WrittenSpan[large.Length..]));
    }

    [Fact]
    public void Chunk_CostsNothing()
    {
        using var filter = new UsageChunkFilter();
        var output = new ArrayBufferWriter<byte>(1 << 20);
        var chunk = Encoding.UTF8.GetBytes(Role);

        var allocated = Allocations.Of(() =>
        {
            output.ResetWrittenCount();
            for (var i = 0; i < 1000; i++)
            {
                filter.Write(chunk, output);
            }
        });

        Assert.Equal(0, allocated);
    }

    private static string Crlf(string text) => text.Replace("\n", "\r\n", StringComparison.Ordinal);

    private static string Filter(params byte[][] pieces)
    {
        using var filter = new UsageChunkFilter();
        var output = new ArrayBufferWriter<byte>();
        foreach (var piece in pieces)
        {
            filter.Write(piece, output);
        }

        filter.Complete(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
