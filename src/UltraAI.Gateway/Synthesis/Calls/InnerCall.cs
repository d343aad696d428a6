using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Presets;

namespace UltraAI.Gateway.Synthesis.Calls;

/// <summary>One attempt that a run wants to make.</summary>
internal sealed record InnerCall
{
    /// <summary>Such as <c>i.m1</c>, <c>r.m1</c>, <c>s.1</c>.</summary>
    public required string Id { get; init; }

    public required ModelReference Reference { get; init; }

    /// <summary>Whom it goes to.</summary>
    public required CallTarget Target { get; init; }

    public required ChatRequest Request { get; init; }

    /// <summary>Its share of the reservation.</summary>
    public required PlannedCall Planned { get; init; }

    /// <summary>Whether tool calls are an answer.</summary>
    public bool AcceptsToolCalls { get; init; }

    /// <summary>Hears the stream as it comes; what it awaits holds the reading up. Null: nobody listens.</summary>
    public Func<ChatEvent, CancellationToken, ValueTask>? OnEvent { get; init; }
}

/// <summary>What came of one attempt.</summary>
internal sealed record InnerResult
{
    public required ChatResult Chat { get; init; }

    public CallCharge Charge { get; init; }

    /// <summary>Whether a byte of a body of status 200 was read: then it is not repeated.</summary>
    public bool HadBody { get; init; }

    public TimeSpan Elapsed { get; init; }

    public TimeSpan? FirstByteAfter { get; init; }

    /// <summary>An attempt that was not made.</summary>
    public static InnerResult NotMade(ChatFailure failure) => new() { Chat = ChatResult.Failed(failure) };
}
