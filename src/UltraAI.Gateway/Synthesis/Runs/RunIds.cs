using System.Security.Cryptography;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>Makes ids of runs: ULIDs, which sort by time.</summary>
/// <remarks>https://github.com/ulid/spec</remarks>
internal static class RunIds
{
    public const int Length = 26;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int TimeLength = 10;

    public static string New(DateTimeOffset now) => string.Create(Length, now.ToUnixTimeMilliseconds(), static (span, milliseconds) =>
    {
        for (var i = TimeLength - 1; i >= 0; i--)
        {
            span[i] = Alphabet[(int)(milliseconds & 31)];
            milliseconds >>= 5;
        }

        RandomNumberGenerator.GetItems(Alphabet, span[TimeLength..]);
    });
}
