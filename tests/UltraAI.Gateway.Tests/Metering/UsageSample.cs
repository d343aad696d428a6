using System.Text;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>A response as a provider's documentation shows it, and what it used.</summary>
internal sealed record UsageSample(string Name, UsageDialect Dialect, string Body, TokenUsage Usage)
{
    public byte[] Bytes => Encoding.UTF8.GetBytes(Body);

    /// <summary>What an observer reads when the response comes in these pieces.</summary>
    public static UsageReading Read(UsageDialect dialect, IEnumerable<ReadOnlyMemory<byte>> pieces, string? coding = null, bool hasArrived = true)
    {
        var observer = UsageObserver.Create(dialect, contentType: null, coding)!;
        foreach (var piece in pieces)
        {
            observer.Observe(piece.Span);
        }

        return observer.Complete(hasArrived);
    }

    public static UsageReading Read(UsageDialect dialect, string body, bool hasArrived = true) => Read(dialect, [Encoding.UTF8.GetBytes(body)], hasArrived: hasArrived);

    /// <summary>Cuts bytes into pieces of random length.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Cut(byte[] bytes, Random random, int mostBytes)
    {
        for (var start = 0; start < bytes.Length;)
        {
            var length = Math.Min(random.Next(0, mostBytes + 1), bytes.Length - start);
            yield return bytes.AsMemory(start, length);
            start += length;
        }
    }

    public override string ToString() => Name;
}
