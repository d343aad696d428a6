using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using UltraAI.Gateway.Simulator;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Ultra;

/// <summary>Many runs of four members: at once, one after the other, and what they take.</summary>
/// <remarks>
/// <c>ULTRAAI_TESTS_RUNS</c> says over how many runs memory is watched (200; the figure in docs/ultra.md is of 10,000). <c>ULTRAAI_TESTS_RUN_TIME=1</c> measures
/// the gateway's own time over 300 runs and holds its median to 15 ms; without it the time is reported only: other tests run beside.
/// </remarks>
[Collection(nameof(RunsAlone))]
public sealed partial class UltraLoadTests
{
    private const double MostMilliseconds = 15;

    [Fact]
    public async Task HundredRunsAtOnce_AreNotMixedUp()
    {
        await using var environment = await StartAsync();
        var mixed = Script(environment);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => AskAsync(environment, number)));

        Assert.Empty(mixed);
        for (var number = 0; number < answers.Length; number++)
        {
            Assert.Equal($"The answer to #{number}#.", (string?)answers[number]["choices"]![0]!["message"]!["content"]);
            Assert.Equal("complete", (string?)answers[number]["ultra"]!["status"]);
            Assert.Equal(
                ["model-a", "model-b", "model-c", "model-d"],
                answers[number]["ultra"]!["members"]!.AsArray().Select(member => Regex.Match((string)member!["text"]!, $@"^(\S+) on #{number}#$").Groups[1].Value));
        }

        Assert.Equal(900, environment.Requests.Count());
    }

    [Fact]
    public async Task OwnTime_OfARunOfFour_IsReported()
    {
        var isMeasured = Environment.GetEnvironmentVariable("ULTRAAI_TESTS_RUN_TIME") == "1";
        await using var environment = await StartAsync();
        Script(environment);
        for (var i = 0; i < (isMeasured ? 200 : 5); i++)
        {
            await AskAsync(environment, i);
        }

        // The providers answer at once, so what a run takes is the gateway's time and that of the simulator and the client, which are on the same cores.
        var times = new double[isMeasured ? 300 : 20];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await AskAsync(environment, i);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        var (median, tail) = (times[times.Length / 2], times[times.Length * 95 / 100]);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A run of four: p50 {median:0.0} ms, p95 {tail:0.0} ms over {times.Length} runs."));
        Assert.True(!isMeasured || median <= MostMilliseconds, $"p50 {median:0.0} ms, p95 {tail:0.0} ms");
    }

    [Fact]
    public async Task Memory_IsFlat_HoweverManyRunsThereWere()
    {
        const long MostGrowth = 8 * 1024 * 1024;
        var runs = int.TryParse(Environment.GetEnvironmentVariable("ULTRAAI_TESTS_RUNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var more) ? more : 200;
        await using var environment = await StartAsync();
        environment.Logs.IsRecording = false;
        Script(environment);
        await RunAsync(environment, 100);
        var before = Held(environment);

        await RunAsync(environment, runs);

        var after = Held(environment);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Held before {before / 1048576.0:0.0} MiB, after {runs} runs {after / 1048576.0:0.0} MiB."));
        Assert.True(after - before < MostGrowth, $"{before} → {after} bytes");
        Assert.Empty(environment.RunIds);
    }

    private static async Task RunAsync(UltraEnvironment environment, int runs)
    {
        for (var done = 0; done < runs; done += 10)
        {
            await Task.WhenAll(Enumerable.Range(done, 10).Select(number => AskAsync(environment, number)));
            environment.ForgetRequests();
        }
    }

    private static long Held(UltraEnvironment environment)
    {
        environment.ForgetRequests();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static Task<UltraEnvironment> StartAsync() => UltraEnvironment.StartAsync(preset => preset["Members"]!.AsArray().Add((JsonNode)"huggingface/model-d"));

    private static async Task<JsonNode> AskAsync(UltraEnvironment environment, int number)
    {
        using var response = await environment.PostAsync(
            "/ultra/v1/chat/completions", UltraEnvironment.Body(""","ultra":{"include":["drafts"]}""").Replace(UltraEnvironment.Question, $"What of #{number}#?", StringComparison.Ordinal));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Lets everybody answer by what it is asked.</summary>
    /// <returns>Requests that hold numbers of several runs.</returns>
    private static ConcurrentQueue<string> Script(UltraEnvironment environment)
    {
        var mixed = new ConcurrentQueue<string>();
        string NumberIn(RecordedRequest request)
        {
            var numbers = NumberPattern().Matches(request.Text).Select(match => match.Value).Distinct().ToArray();
            if (numbers.Length != 1)
            {
                mixed.Enqueue(request.Text);
            }

            return numbers[0];
        }

        foreach (var provider in environment.Simulator.All)
        {
            provider.Script(UltraEnvironment.IsDraft, new SimulatedBehaviour { TextOf = request => $"{request.Model} on {NumberIn(request)}" });
            provider.Script(UltraEnvironment.IsReview, new SimulatedBehaviour { TextOf = request => NumberIn(request).Length > 0 ? UltraEnvironment.Review(9, 4, 6) : "" });
            provider.Script(UltraEnvironment.IsLead, new SimulatedBehaviour { TextOf = request => $"The answer to {NumberIn(request)}." });
        }

        return mixed;
    }

    [GeneratedRegex("#[0-9]+#")]
    private static partial Regex NumberPattern();
}
