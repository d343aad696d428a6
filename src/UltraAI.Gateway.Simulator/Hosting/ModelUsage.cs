using System.Globalization;
using System.Text.RegularExpressions;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Usage that a model's name asks to be reported: <c>usage-INPUT-OUTPUT</c>, a part of a longer name.</summary>
/// <remarks>
/// What of it is special may follow: <c>-c800</c> cached, <c>-w50</c> written for five minutes, <c>-h20</c> written for an hour, <c>-a40</c> audio in;
/// <c>-r100</c> reasoning, <c>-s30</c> spoken (audio out), <c>-i9</c> images out. So <c>gpt-usage-1200-300-c800-r100</c>.
/// </remarks>
internal static partial class ModelUsage
{
    public static SimulatedUsage? Find(string? model)
    {
        if (model is null || Name().Match(model) is not { Success: true } match)
        {
            return null;
        }

        var usage = new SimulatedUsage { Input = Number(match.Groups["input"].Value), Output = Number(match.Groups["output"].Value) };
        foreach (Capture part in match.Groups["part"].Captures)
        {
            var number = Number(part.Value[1..]);
            usage = part.Value[0] switch
            {
                'c' => usage with { CachedInput = number },
                'w' => usage with { CacheWrite5m = number },
                'h' => usage with { CacheWrite1h = number },
                'a' => usage with { AudioInput = number },
                'r' => usage with { Reasoning = number },
                's' => usage with { AudioOutput = number },
                _ => usage with { ImageOutput = number },
            };
        }

        return usage;
    }

    [GeneratedRegex("usage-(?<input>[0-9]{1,9})-(?<output>[0-9]{1,9})(-(?<part>[cwharsi][0-9]{1,9}))*", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);
}
