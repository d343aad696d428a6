using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Synthesis.Calls;

namespace UltraAI.Gateway.Demo;

/// <summary>A panel of three simulated models that disagree about one fact, so that a run of /ultra has something to show: reviews, a revision, a synthesis.</summary>
/// <remarks>The texts are about gateways, whatever is asked. This proves the plumbing; it says nothing about what real models gain.</remarks>
internal static partial class DemoPanel
{
    private const string Right = "a few milliseconds";

    private const string Revised =
        "Teams put a gateway in front of models so that keys, limits, budgets and usage are handled in one place instead of in each application. It adds a few milliseconds to a call, which the model's own seconds hide.";

    private const string Answer =
        "Teams put a gateway in front of models to have keys, limits, budgets and usage in one place instead of in every application, and to change providers without changing code. "
        + "The price is one more component to run, and a few milliseconds per call: next to a model's own seconds, nobody notices.";

    private static readonly string[] Drafts =
    [
        "Teams put a gateway in front of models so that keys, limits, budgets and usage are handled in one place instead of in each application. Expect it to add about 500 milliseconds to each call.",
        "A gateway is one place for credentials, rate limits and cost, and it lets a team change providers without changing code. It adds a few milliseconds per call, and it is one more component to run.",
        "The main reason is control over cost: every call is counted and can be limited by team. Since it only passes bytes on, a gateway adds no latency at all.",
    ];

    /// <summary>The presets of the demo.</summary>
    public static JsonObject Presets() => new()
    {
        ["ultra"] = Preset("review_revise"),
        ["ultra-fast"] = Preset("off"),
        ["ultra-self"] = new JsonObject
        {
            ["Members"] = new JsonArray(new JsonObject { ["Model"] = "openai/gpt-4o", ["Samples"] = 3 }),
            ["Lead"] = "openai/gpt-4o",
        },
    };

    /// <summary>Teaches the simulated providers their parts. Only calls of runs are answered so.</summary>
    public static void Script(ProviderSimulator simulator)
    {
        SimulatedProvider[] members = [simulator.OpenAI, simulator.Anthropic, simulator.Google];
        for (var i = 0; i < members.Length; i++)
        {
            var draft = Drafts[i];
            members[i].Script(request => IsCall(request, 'i'), new SimulatedBehaviour { Text = draft });
            members[i].Script(request => IsCall(request, 'r'), new SimulatedBehaviour { TextOf = Review });
            members[i].Script(
                request => IsCall(request, 's') && request.Text.Contains("All material ends here.", StringComparison.Ordinal),
                new SimulatedBehaviour { Text = Answer });
        }
    }

    private static JsonObject Preset(string review) => new()
    {
        ["Members"] = new JsonArray("openai/gpt-4o", "anthropic/claude-sonnet-5", "google/gemini-2.5-pro"),
        ["Lead"] = "anthropic/claude-sonnet-5",
        ["Review"] = new JsonObject { ["Mode"] = review },
        ["AllowOverrides"] = true,
    };

    private static bool IsCall(RecordedRequest request, char stage) => request.Header(InnerCalls.CallField) is { } call && call.StartsWith(stage);

    private static string Review(RecordedRequest request)
    {
        var reviews = new JsonArray();
        var own = "";
        var nonce = "";
        foreach (Match draft in DraftPattern().Matches(request.Text))
        {
            var (letter, text) = (draft.Groups[1].Value, draft.Groups[3].Value);
            nonce = draft.Groups[2].Value;
            if (letter == "own")
            {
                own = text;
            }
            else
            {
                reviews.Add((JsonNode)Judge(letter, text));
            }
        }

        var json = new JsonObject { ["reviews"] = reviews, ["revision"] = "none" }.ToJsonString();

        // One of the two that are wrong sees it.
        return own.Contains("500 milliseconds", StringComparison.Ordinal) && request.Text.Contains("<revision k=", StringComparison.Ordinal)
            ? $"{json}\n<revision k=\"{nonce}\">\n{Revised}\n</revision k=\"{nonce}\">"
            : json;
    }

    private static JsonObject Judge(string letter, string text)
    {
        var isRight = text.Contains(Right, StringComparison.Ordinal);
        var error = new JsonObject { ["severity"] = "major", ["quote"] = "", ["why"] = "The latency it claims is wrong: a proxy on the same network adds a few milliseconds." };
        return new JsonObject
        {
            ["id"] = letter,
            ["errors"] = isRight ? new JsonArray() : new JsonArray(error),
            ["correctness"] = isRight ? 9 : 4,
            ["completeness"] = isRight ? 8 : 6,
            ["instruction_following"] = 9,
            ["clarity"] = 8,
            ["overall"] = isRight ? 9 : 4,
        };
    }

    // The request is JSON, so quotes and line ends stand there escaped.
    [GeneratedRegex("""<draft id=\\"(own|[A-H])\\" k=\\"([0-9a-f]{32})\\">\\n(.*?)\\n</draft""", RegexOptions.CultureInvariant)]
    private static partial Regex DraftPattern();
}
