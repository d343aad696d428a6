using System.Security.Cryptography;

namespace UltraAI.Gateway.Telemetry;

/// <summary>Makes the value of <c>x-ultraai-request-id</c>: 13 characters, unique within a process, from a random start.</summary>
internal static class RequestIds
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private static long _last = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    public static string Next() => string.Create(13, Interlocked.Increment(ref _last), static (span, value) =>
    {
        var bits = (ulong)value;
        for (var i = span.Length - 1; i >= 0; i--)
        {
            span[i] = Alphabet[(int)(bits & 31)];
            bits >>= 5;
        }
    });
}
