using NBomber.Contracts;
using NBomber.CSharp;
using UltraAI.Gateway.LoadTests.Http;

namespace UltraAI.Gateway.LoadTests;

/// <summary>The scenarios as NBomber runs them: each request begins when it is due, whether or not earlier ones have ended.</summary>
internal static class LoadScenarios
{
    public static ScenarioProps[] Of(LoadOptions options, LoadClient client, LoadTally tally) =>
    [
        .. LoadPreflight.Parts(options).Select(part => Scenario
            .Create(part.Scenario.ToString().ToLowerInvariant(), async context => await RunAsync(part.Scenario, context, client, tally))
            .WithoutWarmUp() // there was one of our own, of which nothing is counted
            .WithLoadSimulations(Simulation.Inject(rate: part.Rate, interval: TimeSpan.FromSeconds(1), during: options.Duration))),
    ];

    // The time to the first chunk is a step of its own, so that it has its percentiles in NBomber's report.
    private static async Task<IResponse> RunAsync(LoadScenario scenario, IScenarioContext context, LoadClient client, LoadTally tally)
    {
        tally.Begin();
        if (scenario is not (LoadScenario.Streaming or LoadScenario.Ultra))
        {
            return Counted(await client.SendAsync(scenario), tally);
        }

        OpenCall? call = null;
        await Step.Run("time_to_first_chunk", context, async () =>
        {
            call = await client.OpenAsync(scenario);
            return Response(call.SoFar, tally);
        });
        using (call)
        {
            return Counted(await call!.ReadToEndAsync(), tally);
        }
    }

    private static Response<object> Counted(CallOutcome outcome, LoadTally tally)
    {
        tally.Add(outcome);
        return Response(outcome, tally);
    }

    private static Response<object> Response(CallOutcome outcome, LoadTally tally) => tally.IsAsWanted(outcome.Code)
        ? NBomber.CSharp.Response.Ok(statusCode: outcome.Code, sizeBytes: (int)Math.Min(outcome.Bytes, int.MaxValue))
        : NBomber.CSharp.Response.Fail(statusCode: outcome.Code);
}
