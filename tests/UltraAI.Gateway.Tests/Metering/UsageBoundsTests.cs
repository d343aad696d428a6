using System.IO.Compression;
using System.Text;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>Garbage, bombs, and what the observer costs.</summary>
public sealed class UsageBoundsTests
{
    private static readonly UsageDialect[] Dialects = [.. Enum.GetValues<UsageDialect>().Where(dialect => dialect != UsageDialect.None)];

    [Fact]
    public void Garbage_NeverThrows()
    {
        var random = new Random(4711);
        var samples = UsageSamples.All.Select(sample => sample.Bytes).ToArray();
        for (var i = 0; i < 4000; i++)
        {
            var bytes = (byte[])samples[random.Next(samples.Length)].Clone();
            Damage(bytes, random);
            foreach (var coding in new[] { null, "gzip", "br", "deflate" })
            {
                var body = coding is null || random.Next(2) == 0 ? bytes : DamageOnce(Coding.Encode(coding, Encoding.Latin1.GetString(bytes)), random);
                var usage = UsageSample.Read(Dialects[random.Next(Dialects.Length)], UsageSample.Cut(body, random, 97), coding).Usage;
                Assert.True(usage.Input >= 0 && usage.Output >= 0 && usage.CachedInput + usage.CacheWrite5m + usage.CacheWrite1h <= usage.Input && usage.Reasoning <= usage.Output);
            }
        }
    }

    [Fact]
    public void UsageObject_TooLong_IsLetGoAndTheNextIsRead()
    {
        var filler = new string('x', UsageCapture.MostBytes);
        var tooLong = $"data: {{\"usage\":{{\"prompt_tokens\":5,\"filler\":\"{filler}\"}}}}\n\n";
        var next = "data: {\"usage\":{\"prompt_tokens\":6}}\n\n";

        Assert.False(Read(tooLong).IsReported);
        Assert.Equal(6, Read(tooLong + next).Usage.Input);

        static UsageReading Read(string stream) => UsageSample.Read(UsageDialect.OpenAIChat, UsageSample.Cut(Encoding.UTF8.GetBytes(stream), new Random(1), 1000));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public void Bomb_IsLeftAtTheLimitAndTakesNoMemory(string coding)
    {
        var observer = UsageObserver.Create(UsageDialect.OpenAIChat, "application/json", coding)!;
        var bomb = Bomb(coding, UsageObserver.MostDecodedBytes + (1024 * 1024), "{\"usage\":{\"prompt_tokens\":5}}");
        var pieces = bomb.Chunk(16 * 1024).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var piece in pieces)
        {
            observer.Observe(piece);
        }

        Assert.False(observer.Complete(hasArrived: true).IsReported);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
    }

    [Fact]
    public void Gzip_OfSeveralMembers_IsReadThrough()
    {
        var body = UsageSamples.All[0].Body;
        byte[] bytes = [.. Coding.Encode("gzip", body[..300]), .. Coding.Encode("gzip", body[300..])];
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(UsageSamples.All[0].Usage, UsageSample.Read(UsageDialect.OpenAIChat, [bytes.AsMemory(0, split), bytes.AsMemory(split)], "gzip").Usage);
        }
    }

    [Fact]
    public void Deflate_WithoutItsFrame_IsReadToo()
    {
        using var target = new MemoryStream();
        using (var deflate = new DeflateStream(target, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(UsageSamples.All[0].Bytes);
        }

        Assert.Equal(UsageSamples.All[0].Usage, UsageSample.Read(UsageDialect.OpenAIChat, [target.ToArray()], "deflate").Usage);
    }

    [Fact]
    public void Compressed_CutOff_IsNotComplete()
    {
        var bytes = Coding.Encode("gzip", UsageSamples.All[0].Body);

        Assert.False(UsageSample.Read(UsageDialect.OpenAIChat, [bytes.AsMemory(0, bytes.Length / 2)], "gzip", hasArrived: false).IsComplete);
    }

    [Fact]
    public void Observing_AllocatesTheObserverAlone()
    {
        var samples = UsageSamples.All.Select(sample => (sample.Dialect, sample.Bytes)).ToArray();
        ObserveAll(samples);
        ObserveAll(samples);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ObserveAll(samples);
        var perResponse = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)samples.Length;

        Assert.InRange(perResponse, 1, 512);
    }

    private static void ObserveAll((UsageDialect Dialect, byte[] Bytes)[] samples)
    {
        foreach (var (dialect, bytes) in samples)
        {
            var observer = UsageObserver.Create(dialect, "application/json", null)!;
            observer.Observe(bytes.AsSpan(0, bytes.Length - 60));
            observer.Observe(bytes.AsSpan(bytes.Length - 60));
            observer.Complete(hasArrived: true);
        }
    }

    private static void Damage(byte[] bytes, Random random)
    {
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(3))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = "\"{}[]\\:,\n 0-"u8[random.Next(12)];
                    break;
                default:
                    var length = Math.Min(random.Next(40), bytes.Length - at);
                    bytes.AsSpan(random.Next(bytes.Length - length), length).CopyTo(bytes.AsSpan(at));
                    break;
            }
        }
    }

    private static byte[] DamageOnce(byte[] bytes, Random random)
    {
        if (random.Next(2) == 0)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
        }

        return bytes;
    }

    private static byte[] Bomb(string coding, long blanks, string end)
    {
        using var target = new MemoryStream();
        using (Stream encoder = coding == "gzip" ? new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true) : new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            var piece = new byte[1024 * 1024];
            piece.AsSpan().Fill((byte)' ');
            for (var left = blanks; left > 0; left -= piece.Length)
            {
                encoder.Write(piece);
            }

            encoder.Write(Encoding.UTF8.GetBytes(end));
        }

        return target.ToArray();
    }
}
