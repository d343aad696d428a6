using System.Globalization;
using System.Net;
using System.Text;

namespace UltraAI.Gateway.Compare.Reports;

/// <summary>A bar for each target in each scenario: CPU time by bare YARP's.</summary>
internal static class RatioChart
{
    private const int Width = 760;
    private const int Left = 130;
    private const int Right = 60;
    private const int BarHeight = 16;
    private const int TitleHeight = 28;

    public static string Draw(IReadOnlyList<(string Scenario, string Target, double Ratio)> ratios)
    {
        var scenarios = ratios.GroupBy(ratio => ratio.Scenario).ToArray();
        var most = ratios.Select(ratio => ratio.Ratio).DefaultIfEmpty(1).Max();
        var scale = (Width - Left - Right) / Math.Max(1.0, most);
        var height = 40 + (scenarios.Length * TitleHeight) + (ratios.Count * (BarHeight + 4)) + 10;
        var svg = new StringBuilder(Say($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"CPU time, bare YARP is 1\">\n<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>\n<text x=\"12\" y=\"24\" font-size=\"15\" font-weight=\"600\" fill=\"#1b1f24\">CPU time, bare YARP = 1 (less is better)</text>\n"));
        var y = 40;
        foreach (var scenario in scenarios)
        {
            svg.Append(Say($"<text x=\"12\" y=\"{y + 18}\" font-weight=\"600\" fill=\"#1b1f24\">{WebUtility.HtmlEncode(scenario.Key)}</text>\n"));
            y += TitleHeight;
            foreach (var (_, target, ratio) in scenario)
            {
                var width = Math.Max(1, ratio * scale);
                svg.Append(Say($"<text x=\"{Left - 8}\" y=\"{y + 12}\" text-anchor=\"end\" fill=\"#3d444d\">{WebUtility.HtmlEncode(target)}</text><rect x=\"{Left}\" y=\"{y}\" width=\"{width:F1}\" height=\"{BarHeight}\" rx=\"2\" fill=\"{Colour(target)}\"/><text x=\"{Left + width + 6:F1}\" y=\"{y + 12}\" fill=\"#1b1f24\">{ratio:F2}</text>\n"));
                y += BarHeight + 4;
            }
        }

        svg.Append(Say($"<line x1=\"{Left + scale:F1}\" y1=\"40\" x2=\"{Left + scale:F1}\" y2=\"{height - 6}\" stroke=\"#59636e\" stroke-dasharray=\"3 3\"/>\n</svg>\n"));
        return svg.ToString();
    }

    private static string Colour(string target) => target.StartsWith("gateway", StringComparison.Ordinal) ? "#1f6feb" : target.StartsWith("yarp", StringComparison.Ordinal) ? "#8c959f" : "#c8ced4";

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
