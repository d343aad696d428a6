using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Ordering;

namespace UltraAI.Gateway.Tests.Synthesis.Collect;

/// <summary>How a scripted call ends.</summary>
internal enum Ending
{
    Ok,
    NotOk,
    Throws,
}

/// <param name="At">The millisecond at which it settles; 0: before it gives its task back; null: never by itself.</param>
/// <param name="Ending">How.</param>
/// <param name="Required">Whether it is waited for beyond the grace.</param>
/// <param name="ObeysCancellation">Whether it ends when it is broken off.</param>
internal sealed record ScriptedCall(int? At, Ending Ending, bool Required = false, bool ObeysCancellation = true);

/// <summary>A stage, written down. Times are whole milliseconds.</summary>
internal sealed record StageScript
{
    public const int Horizon = 40;

    public required ScriptedCall[] Calls { get; init; }

    public required int Quorum { get; init; }

    public int Needed { get; init; }

    public required int Grace { get; init; }

    public required int Limit { get; init; }

    public int? CancelAt { get; init; }

    public CancelReason CancelWith { get; init; } = CancelReason.Client;

    public ulong Seed { get; init; }

    /// <summary>A script with many ties: times are few, so that settling, grace, deadline and cancellation often fall together.</summary>
    public static StageScript Random(ulong seed)
    {
        var random = new SplitMix64(seed);
        var calls = new ScriptedCall[1 + random.Next(8)];
        var span = random.Next(2) == 0 ? 6 : Horizon - 10;
        for (var i = 0; i < calls.Length; i++)
        {
            var ending = random.Next(10) switch { < 6 => Ending.Ok, < 8 => Ending.NotOk, _ => Ending.Throws };
            calls[i] = new ScriptedCall(random.Next(8) == 0 ? null : random.Next(span), ending, random.Next(5) == 0, random.Next(3) > 0);
        }

        var quorum = 1 + random.Next(calls.Length);
        return new StageScript
        {
            Calls = calls,
            Quorum = quorum,
            Needed = random.Next(4) switch { 0 => quorum, 1 => calls.Length, _ => 0 },
            Grace = random.Next(4) == 0 ? 0 : random.Next(8),
            Limit = 1 + random.Next(span + 4),
            CancelAt = random.Next(5) == 0 ? random.Next(span + 4) : null,
            CancelWith = random.Next(2) == 0 ? CancelReason.Client : CancelReason.RunDeadline,
            Seed = seed,
        };
    }

    public override string ToString() =>
        $"seed {Seed}: quorum {Quorum}, needed {Needed}, grace {Grace}, limit {Limit}, cancel {CancelAt}: " +
        string.Join("; ", Calls.Select(call => $"{call.At}{call.Ending}{(call.Required ? "!" : "")}"));
}

/// <summary>What a script comes to, in a form that can be compared.</summary>
/// <param name="End">Why the stage ended.</param>
/// <param name="At">When, in milliseconds.</param>
/// <param name="Calls">What became of each call.</param>
/// <param name="Heard">What an observer heard, in order.</param>
internal sealed record StageOutcome(StageEnd End, int At, string Calls, string Heard);
