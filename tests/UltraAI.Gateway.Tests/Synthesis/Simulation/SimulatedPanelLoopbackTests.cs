using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Ultra;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Simulation;

/// <summary>The simulated panels through a running gateway: each member drafts and reviews over a socket, and the lead says what it was shown first.</summary>
/// <remarks>
/// For each question the gateway must come to the same draft as the panel that is computed in one place. So what <see cref="SimulatedPanelTests"/> shows of many questions holds
/// for the gateway. <c>ULTRAAI_TESTS_QUESTIONS</c> says how many questions each regime is asked (100).
/// </remarks>
public sealed partial class SimulatedPanelLoopbackTests
{
    private const ulong Seed = 24;

    private static readonly double[] NearEqual = [0.72, 0.70, 0.68, 0.66, 0.64];

    private static int Count =>
        int.TryParse(Environment.GetEnvironmentVariable("ULTRAAI_TESTS_QUESTIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 100;

    [Fact]
    public async Task NearEqualMembers_BeatTheBestOfThemByFivePoints()
    {
        var (single, peers) = await RunAsync(new SimulatedPanel { Accuracy = NearEqual, Correlation = 0.3 });

        Assert.True(peers >= single + 5, $"{single:0.0} {peers:0.0}");
    }

    [Fact]
    public Task MembersWithTheSameErrors() => RunAsync(new SimulatedPanel { Accuracy = NearEqual, Correlation = 0.9 });

    [Fact]
    public async Task OneStrongMember_IsHeldBack()
    {
        var (single, peers) = await RunAsync(new SimulatedPanel { Accuracy = [0.85, 0.55, 0.53, 0.52, 0.50], Correlation = 0.3 });

        Assert.True(peers < single, $"{single:0.0} {peers:0.0}");
    }

    [Fact]
    public Task PriorOfTheOperator() =>
        RunAsync(new SimulatedPanel { Accuracy = [0.85, 0.55, 0.53, 0.52, 0.50], Correlation = 0.3, PriorWeight = 0.3, Priors = [1, 0, 0, 0, 0] });

    [Fact]
    public Task HostileMember() => RunAsync(new SimulatedPanel { Accuracy = NearEqual, Correlation = 0.3, Hostile = 4 });

    [Fact]
    public Task StrongPositionBias() => RunAsync(new SimulatedPanel { Accuracy = NearEqual, Correlation = 0.3, PositionBias = 6 });

    /// <returns>The shares of right answers, in percent: of the best member, and of the gateway.</returns>
    private static async Task<(double Single, double Peers)> RunAsync(SimulatedPanel panel)
    {
        await using var environment = await UltraEnvironment.StartAsync(preset =>
        {
            preset["Members"] = new JsonArray([.. Enumerable.Range(0, panel.Members).Select(member => (JsonNode)new JsonObject
            {
                ["Model"] = $"openai/s{member}",
                ["Prior"] = panel.Priors?[member] ?? 0,
            })]);
            preset["Review"] = new JsonObject { ["Mode"] = "review", ["PriorWeight"] = panel.PriorWeight };
            preset["GraceMs"] = 60_000;
        });
        var questions = panel.Questions(Count, Seed).ToArray();
        var faults = Script(environment, panel, questions);

        var chosen = new int[questions.Length];
        await Parallel.ForAsync(0, questions.Length, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (number, token) =>
        {
            var body = UltraEnvironment.Body($$""","ultra":{"seed":{{questions[number].Seed}}}""").Replace(UltraEnvironment.Question, $"Question {number}?", StringComparison.Ordinal);
            using var response = await environment.PostAsync("/ultra/v1/chat/completions", body, cancellationToken: token);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(token))!;
            Assert.Equal("complete", (string?)answer["ultra"]?["status"]);
            chosen[number] = AuthorOf((string)answer["choices"]![0]!["message"]!["content"]!);
        });

        Assert.Empty(faults);
        Assert.Equal(questions.Select(panel.TopDraft), chosen);
        double Share(Func<SimulatedQuestion, int, int> member) =>
            100.0 * questions.Select((question, number) => SimulatedPanel.IsRight(question.Answers[member(question, number)]) ? 1 : 0).Sum() / questions.Length;
        return (Share((_, _) => panel.Best), Share((_, number) => chosen[number]));
    }

    private static ConcurrentQueue<string> Script(UltraEnvironment environment, SimulatedPanel panel, SimulatedQuestion[] questions)
    {
        var faults = new ConcurrentQueue<string>();
        var members = environment.Simulator.OpenAI;
        members.Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { TextOf = request => $"Answer {questions[NumberIn(request)].Answers[MemberOf(request)]} of s{MemberOf(request)}." });
        members.Script(UltraEnvironment.IsReview, new SimulatedBehaviour { TextOf = request => Review(request, panel, questions[NumberIn(request)], faults) });
        environment.Lead.Script(_ => true, new SimulatedBehaviour { TextOf = request => Drafts(request).First().Text });
        return faults;
    }

    private static string Review(RecordedRequest request, SimulatedPanel panel, SimulatedQuestion question, ConcurrentQueue<string> faults)
    {
        var reviews = new JsonArray();
        foreach (var (letter, text) in Drafts(request).Where(draft => draft.Letter != "own"))
        {
            var author = AuthorOf(text);
            if (text != $"Answer {question.Answers[author]} of s{author}." || author == MemberOf(request))
            {
                faults.Enqueue(request.Text);
            }

            reviews.Add((JsonNode)new JsonObject { ["id"] = letter, ["overall"] = panel.Opinion(question, MemberOf(request), author, letter[0] - 'A') });
        }

        return new JsonObject { ["reviews"] = reviews }.ToJsonString();
    }

    private static IEnumerable<(string Letter, string Text)> Drafts(RecordedRequest request) =>
        DraftPattern().Matches(request.Text).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    private static int NumberIn(RecordedRequest request) => int.Parse(NumberPattern().Match(request.Text).Groups[1].Value, CultureInfo.InvariantCulture);

    private static int MemberOf(RecordedRequest request) => request.Model![1] - '0';

    private static int AuthorOf(string draft) => draft[^2] - '0';

    // The request is JSON, so quotes and line ends stand there escaped.
    [GeneratedRegex("""<draft id=\\(?:"|u0022)(own|[A-H])\\(?:"|u0022) k=\\(?:"|u0022)[0-9a-f]{32}\\(?:"|u0022)>\\n(.*?)\\n</draft""", RegexOptions.CultureInvariant)]
    private static partial Regex DraftPattern();

    [GeneratedRegex(@"Question (\d+)\?")]
    private static partial Regex NumberPattern();
}
