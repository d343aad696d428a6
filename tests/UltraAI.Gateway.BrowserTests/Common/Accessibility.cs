using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace UltraAI.Gateway.BrowserTests.Common;

/// <summary>Looks at a page with axe-core (https://github.com/dequelabs/axe-core).</summary>
internal static class Accessibility
{
    private static readonly string Axe = ReadAxe();

    /// <summary>Fails when it finds anything that it calls serious or critical.</summary>
    public static async Task AssertCleanAsync(IPage page, string what)
    {
        // The page's policy forbids scripts that it does not bring itself; the debugger's are not held to it.
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await page.EvaluateAsync(Axe);
        }

        var found = await page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
              .filter(one => one.impact === 'serious' || one.impact === 'critical')
              .flatMap(one => one.nodes.map(node => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`))
            """);
        var texts = found.EnumerateArray().Select(text => text.GetString()).ToArray();
        Assert.True(texts.Length == 0, $"{what}:\n{string.Join("\n\n", texts)}");
    }

    private static string ReadAxe()
    {
        using var stream = typeof(Accessibility).Assembly.GetManifestResourceStream("axe.min.js")!;
        using var reader = new StreamReader(stream);
        return $"() => {{ {reader.ReadToEnd()} }}";
    }
}
