using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Events;

internal sealed record CallStarted(string CallId, RunStage Stage, string? Member, ModelReference Model, int Attempt) : RunEvent
{
    public override string Name => "call.started";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("call_id"u8, CallId);
        json.WriteString("stage"u8, Stage.Name());
        json.WriteString("member"u8, Member);
        json.WriteString("model"u8, Model.ToString());
        json.WriteString("provider"u8, Model.Provider);
        json.WriteNumber("attempt"u8, Attempt);
    }
}

internal sealed record CallDelta(string CallId, string Text) : RunEvent
{
    public override string Name => "call.delta";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("call_id"u8, CallId);
        json.WriteString("text"u8, Text);
    }
}

internal sealed record CallRetrying(string CallId, ChatResult Failed, TimeSpan Wait, ModelReference Next) : RunEvent
{
    public override string Name => "call.retrying";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("call_id"u8, CallId);
        json.WriteString("code"u8, Failed.Outcome.Name());
        RunJson.WriteNumber(json, "status"u8, (long?)Failed.Failure?.Status);
        json.WriteNumber("wait_ms"u8, RunJson.Milliseconds(Wait));
        json.WriteString("next_model"u8, Next.ToString());
    }
}

internal sealed record CallCompleted(string CallId, InnerResult Result) : RunEvent
{
    public override string Name => "call.completed";

    public override void Write(Utf8JsonWriter json)
    {
        var usage = Result.Charge.Usage;
        json.WriteString("call_id"u8, CallId);
        json.WriteString("finish_reason"u8, Result.Chat.FinishReason.Name());
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.Input);
        json.WriteNumber("cached_input_tokens"u8, usage.CachedInput);
        json.WriteNumber("output_tokens"u8, usage.Output);
        json.WriteBoolean("estimated"u8, Result.Charge.IsEstimated);
        json.WriteEndObject();
        json.WriteNumber("cost_usd"u8, RunJson.Usd(Result.Charge.NanoUsd));
        json.WriteNumber("ms"u8, RunJson.Milliseconds(Result.Elapsed));
        RunJson.WriteNumber(json, "ttft_ms"u8, Result.FirstByteAfter is { } first ? RunJson.Milliseconds(first) : null);
    }
}

internal sealed record CallFailed(string CallId, ChatOutcome Outcome, int? Status, bool IsRetryable, TimeSpan Elapsed) : RunEvent
{
    public override string Name => "call.failed";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("call_id"u8, CallId);
        json.WriteString("code"u8, Outcome.Name());
        RunJson.WriteNumber(json, "status"u8, (long?)Status);
        json.WriteBoolean("retryable"u8, IsRetryable);
        json.WriteNumber("ms"u8, RunJson.Milliseconds(Elapsed));
    }
}

internal sealed record CallCancelled(string CallId, CancelReason Reason) : RunEvent
{
    public override string Name => "call.cancelled";

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("call_id"u8, CallId);
        json.WriteString("reason"u8, Reason.Name());
    }
}
