using System.Text;
using UltraAI.Gateway.Compare.Load;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests.Compare;

public sealed class BodyFramingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Chunks_AreTakenOutWhereverTheDataIsCut(int piece)
    {
        var (payload, rest) = Read(BodyFraming.Chunked(), "5\r\nhello\r\n1A;ext=1\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nTrailer: x\r\n\r\nNEXT", piece);

        Assert.Equal(("helloabcdefghijklmnopqrstuvwxyz", "NEXT"), (payload, rest));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Length_EndsTheBody(int piece)
    {
        Assert.Equal(("hello", "NEXT"), Read(BodyFraming.OfLength(5), "helloNEXT", piece));
        Assert.True(BodyFraming.OfLength(0).IsDone);
    }

    [Fact]
    public void Head_IsReadWithoutRegardToCase()
    {
        var head = "HTTP/1.1 200 OK\r\nX-Content-Length: 9\r\ncontent-LENGTH:  12\r\nAuthorization: Bearer k\r\n\r\n"u8;

        Assert.Equal("12", Encoding.ASCII.GetString(MessageHead.Field(head, "content-length"u8)));
        Assert.Equal("Bearer k", Encoding.ASCII.GetString(MessageHead.Field(head, "authorization"u8)));
        Assert.Equal(0, MessageHead.Field(head, "transfer-encoding"u8).Length);
        Assert.False(MessageHead.Framing(head)!.Value.IsDone);
        Assert.Null(MessageHead.Framing("HTTP/1.1 200 OK\r\n\r\n"u8));
    }

    private static (string Payload, string After) Read(BodyFraming framing, string text, int piece)
    {
        var payload = new StringBuilder();
        var bytes = Encoding.ASCII.GetBytes(text);
        var at = 0;
        while (at < bytes.Length && !framing.IsDone)
        {
            ReadOnlySpan<byte> data = bytes.AsSpan(at, Math.Min(piece, bytes.Length - at));
            var given = data.Length;
            while (framing.Take(ref data) is { Length: > 0 } taken)
            {
                payload.Append(Encoding.ASCII.GetString(taken));
            }

            at += given - data.Length;
        }

        return (payload.ToString(), text[at..]);
    }
}
