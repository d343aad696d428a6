using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Admission;

/// <summary>What a call was charged with.</summary>
/// <param name="Usage">LLM tokens.</param>
/// <param name="NanoUsd">What they cost.</param>
/// <param name="IsEstimated">Whether the provider did not report them to the end.</param>
internal readonly record struct CallCharge(TokenUsage Usage, long NanoUsd, bool IsEstimated);

/// <summary>Ends an admission with what the call really used: limits, budget, ledger, metrics.</summary>
internal sealed class Settlement(IUsageLedger ledger, GenAIMetrics metrics, IPriceSource prices, OutputAverages averages, CallContent contents)
{
    private const string UnknownModel = "unknown";

    /// <param name="admission">The admission.</param>
    /// <param name="call">The call, which has ended.</param>
    /// <param name="isFree">Whether nothing is charged, whatever the call looks like.</param>
    /// <remarks>Never waits, never throws.</remarks>
    public CallCharge Settle(Admission admission, ProviderCall call, bool isFree = false)
    {
        var facts = admission.Facts;
        var reading = call.Usage?.Complete(hasArrived: call is { HasFailed: false, IsBrokenOff: false });
        var (usage, isEstimated) = isFree ? default : UsageOf(admission, call, reading);

        var model = facts.Model;
        admission.Price ??= model is null ? null : prices.Prices.Find(admission.Provider.Name, model);
        var wasAnswered = call.StatusCode is > 0 and < StatusCodes.Status400BadRequest;
        var isCharged = !isFree && (usage.Total > 0 || wasAnswered);
        var cost = isCharged ? admission.CostOf(usage) : 0;

        admission.Limits.Reservation?.Settle(usage.Total);
        admission.Budget?.Settle(cost);
        if (!isEstimated && usage.Output > 0 && model is not null)
        {
            averages.Add(admission.Key.Name, model, usage.Output);
        }

        ledger.Add(new UsageKey(admission.Key.Name, admission.Provider.Name, model ?? UnknownModel), usage, cost, isEstimated, wasAnswered);
        if (facts.Endpoint.Operation is { } operation)
        {
            metrics.Record(admission.Provider.GenAIName, operation, model ?? UnknownModel, TimingOf(call), usage);
        }

        CallSpan.End(call, usage);
        contents.End(call);
        return new CallCharge(usage, cost, isEstimated);
    }

    private (TokenUsage Usage, bool IsEstimated) UsageOf(Admission admission, ProviderCall call, UsageReading? reading)
    {
        var facts = admission.Facts;
        if (facts.Endpoint.Usage == UsageDialect.None || !call.WasSent || call.StatusCode >= StatusCodes.Status400BadRequest || call.IsWebSocket)
        {
            return default;
        }

        // What is made later is never reported here: what was reserved is the best guess.
        if (facts.IsBackground && reading is not { IsComplete: true, Usage.Total: > 0 })
        {
            return UsageEstimate.Settle(null, facts, Math.Max(admission.Estimate.Output, GuessOutput(admission)));
        }

        // Where not even the head came, the provider has worked all the same, and nobody knows for how long.
        return UsageEstimate.Settle(reading, facts, reading is null ? GuessOutput(admission) : 0);
    }

    private long GuessOutput(Admission admission)
    {
        var facts = admission.Facts;
        var usual = (facts.Model is { } model ? averages.Find(admission.Key.Name, model) : null) ?? UsageEstimate.UnknownOutput;
        return Math.Min(usual, UsageEstimate.Reservation(facts, usual).Output);
    }

    private static CallTiming TimingOf(ProviderCall call) => new(
        call.Elapsed,
        call.Facts is { IsStream: true } ? call.FirstByteAfter : null,
        call.Outcome switch
        {
            CallOutcome.Ok => null,
            CallOutcome.ClientError or CallOutcome.ProviderError => ErrorOf(call.StatusCode),
            var outcome => TransportMetrics.NameOf(outcome),
        });

    // Status codes are the provider's, who may send any; the usual ones have names of their own.
    private static string ErrorOf(int statusCode) => statusCode switch
    {
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        429 => "429",
        < 500 => "4xx",
        500 => "500",
        502 => "502",
        503 => "503",
        529 => "529",
        _ => "5xx",
    };
}
