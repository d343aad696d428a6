using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>What runs use and cost, everywhere where it is told.</summary>
public sealed class UltraMoneyTests
{
    private const decimal PerToken = 0.000001m;
    private const string AdminToken = "admin-token-of-the-tests-0123456789";

    [Fact]
    public async Task UsageAndCost_AreTheSumOverTheProviders_InTheReplyTheLedgerAndTheMetrics()
    {
        using var token = new TemporaryFile(AdminToken);
        await using var environment = await UltraEnvironment.StartAsync(
            preset =>
            {
                preset["GraceMs"] = 500;
                preset["Lead"] = new JsonObject { ["Models"] = new JsonArray("huggingface/lead-model", "openai/model-z"), ["AllowMembers"] = false };
            },
            gateway => gateway["Admin"] = new JsonObject { ["TokenFile"] = token.Path });

        // One call is retried, one hangs in the middle and is broken off, one lead fails.
        environment.Members[0].Script(UltraEnvironment.IsDraft, SimulatedBehaviour.ServerError, times: 1);
        environment.Members[2].Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "one two three four", Chunks = 4, HangAfterChunks = 2 });
        environment.Lead.Script(_ => true, new SimulatedBehaviour { Status = 400 });
        environment.ScriptUsualRun();

        var answer = await environment.AskAsync();

        var (input, output) = ((long)answer["usage"]!["prompt_tokens"]!, (long)answer["usage"]!["completion_tokens"]!);
        var usd = (decimal)answer["ultra"]!["cost"]!["usd"]!;
        var cancelled = (decimal)answer["ultra"]!["cost"]!["cancelled_usd"]!;
        var reported = environment.Requests.Where(request => request.IsUsageReported).Select(request => request.Usage!).ToArray();
        Assert.Equal(["partial_panel"], answer["ultra"]!["degraded"]!.AsArray().Select(code => (string)code!));
        Assert.Equal(5, reported.Length);
        Assert.Equal((input + (10 * output)) * PerToken, usd);

        // What was broken off is estimated, and all the rest is what the providers said.
        Assert.True(cancelled > 0 && (bool)answer["ultra"]!["cost"]!["estimated"]!);
        Assert.Equal(usd - cancelled, reported.Sum(usage => usage.Input + (10 * usage.Output)) * PerToken);
        Assert.True(input > reported.Sum(usage => usage.Input));

        Assert.Equal((input, output), (
            (long)environment.Measurements.Sum("ultraai.ultra.tokens", "direction=input"), (long)environment.Measurements.Sum("ultraai.ultra.tokens", "direction=output")));
        Assert.Equal((double)usd, environment.Measurements.Sum("ultraai.ultra.cost"), 9);
        Assert.Equal((double)usd, environment.Measurements.Sum("ultraai.cost"), 9);
        var row = await LedgerAsync(environment, requests: 8);
        Assert.Equal((input, output, usd), ((long)row["input_tokens"]!, (long)row["output_tokens"]!, (decimal)row["cost_usd"]!));
        Assert.Equal(1, (int)row["estimated_requests"]!);
    }

    [Fact]
    public async Task HundredRunsAtOnce_NeverSpendMoreThanTheBudget()
    {
        const decimal Budget = 5;
        await using var environment = await UltraEnvironment.StartAsync(
            changeGateway: gateway => gateway["VirtualKeys"]![0]!["Budget"] = new JsonObject { ["Usd"] = Budget, ["Period"] = "Total" });

        // Each call uses all that it may.
        foreach (var member in environment.Members)
        {
            member.Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { Text = "a draft", OutputTokens = 16_384 });
            member.Script(UltraEnvironment.IsReview, new SimulatedBehaviour { Text = UltraEnvironment.Review(9, 4), OutputTokens = 16_384 });
        }

        environment.Lead.Script(_ => true, new SimulatedBehaviour { Text = "an answer", OutputTokens = 16_384 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var response = await environment.PostAsync("/ultra/v1/chat/completions", UltraEnvironment.Body());
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            return (Status: (int)response.StatusCode, Usd: (decimal?)body["ultra"]?["cost"]?["usd"] ?? 0);
        }));

        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 200, 402 }));
        Assert.InRange(answers.Sum(answer => answer.Usd), 1, Budget);
        Assert.Equal(answers.Count(answer => answer.Status == 200) * 7, environment.Requests.Count());
    }

    // The ledger writes once a second.
    private static async Task<JsonNode> LedgerAsync(UltraEnvironment environment, int requests)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        var row = default(JsonNode);
        await Eventually.TrueAsync(
            async () =>
            {
                row = JsonNode.Parse(await client.GetStringAsync(new Uri(environment.Address + "/admin/usage?by=key"), TestContext.Current.CancellationToken))!["rows"]!.AsArray().FirstOrDefault();
                return (int?)row?["requests"] == requests;
            },
            "the ledger has all calls");
        return row!;
    }
}
