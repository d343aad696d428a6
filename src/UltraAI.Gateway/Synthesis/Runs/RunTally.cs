using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>What the calls of a run have used, by stage: failed, retried and cancelled ones included. Thread-safe.</summary>
internal sealed class RunTally
{
    private static readonly int Stages = Enum.GetValues<RunStage>().Length;

    private readonly Lock _lock = new();
    private readonly StageUsage[] _stages = new StageUsage[Stages];
    private TokenUsage _usage;
    private long _cancelledNanoUsd;
    private bool _isEstimated;
    private bool _hasWork;

    /// <summary>Whether a provider answered with 200: then a repetition would cost twice.</summary>
    public bool HasWork => Volatile.Read(ref _hasWork);

    public void Add(RunStage stage, InnerResult result)
    {
        var charge = result.Charge;
        lock (_lock)
        {
            ref var sum = ref _stages[(int)stage];
            sum = new StageUsage(sum.Calls + 1, sum.InputTokens + charge.Usage.Input, sum.OutputTokens + charge.Usage.Output, sum.NanoUsd + charge.NanoUsd);
            _usage = Sum(_usage, charge.Usage);
            _cancelledNanoUsd += result.Chat.Outcome == ChatOutcome.Cancelled ? charge.NanoUsd : 0;
            _isEstimated |= charge.IsEstimated;
            _hasWork |= result.HadBody;
        }
    }

    public UsageSummary ToSummary()
    {
        lock (_lock)
        {
            return new UsageSummary(_usage, [.. _stages], _stages.Sum(stage => stage.NanoUsd), _cancelledNanoUsd, _isEstimated);
        }
    }

    private static TokenUsage Sum(in TokenUsage one, in TokenUsage other) => new()
    {
        Input = one.Input + other.Input,
        CachedInput = one.CachedInput + other.CachedInput,
        CacheWrite5m = one.CacheWrite5m + other.CacheWrite5m,
        CacheWrite1h = one.CacheWrite1h + other.CacheWrite1h,
        AudioInput = one.AudioInput + other.AudioInput,
        Output = one.Output + other.Output,
        Reasoning = one.Reasoning + other.Reasoning,
        AudioOutput = one.AudioOutput + other.AudioOutput,
        ImageOutput = one.ImageOutput + other.ImageOutput,
    };
}

/// <summary>What the calls of one stage have used.</summary>
internal readonly record struct StageUsage(int Calls, long InputTokens, long OutputTokens, long NanoUsd);

/// <summary>What a run has used.</summary>
/// <param name="Usage">All calls.</param>
/// <param name="Stages">In the order of <see cref="RunStage"/>.</param>
/// <param name="NanoUsd">What it cost.</param>
/// <param name="CancelledNanoUsd">Of that: calls that were broken off.</param>
/// <param name="IsEstimated">Whether some of it was not reported by its provider.</param>
internal sealed record UsageSummary(TokenUsage Usage, IReadOnlyList<StageUsage> Stages, long NanoUsd, long CancelledNanoUsd, bool IsEstimated);
