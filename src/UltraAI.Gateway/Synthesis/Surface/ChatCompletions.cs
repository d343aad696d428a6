using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary><c>POST /ultra/v1/chat/completions</c>: a run as an OpenAI SDK knows it.</summary>
internal sealed class ChatCompletions(UltraBody bodies, RunRequestReader reader, RunLauncher launcher, RepeatedErrors errors, TimeProvider time)
{
    public const string Route = "/ultra/v1/chat/completions";

    public async Task HandleAsync(HttpContext context, VirtualKey key)
    {
        using var share = bodies.Share();
        var ((read, digest), error) = await bodies.ReadAsync(context, share, body => (reader.Read(body, isNative: false, acceptsEvents: false), RequestDigest.Of(key, Route, body.Span)));
        if ((error ?? read.Error) is { } fault)
        {
            await UltraResponse.WriteAsync(context, fault);
            return;
        }

        if (errors.TryGet(digest, out var repeated))
        {
            await UltraResponse.RepeatAsync(context, repeated);
            return;
        }

        var request = read.Request!;
        if (UltraBody.TakeForMembers(share, request.Run.Preset.Members.Count) is { } full)
        {
            await UltraResponse.WriteAsync(context, full);
            return;
        }

        var (run, refusal) = await launcher.StartAsync(context, key, request.Run);
        if (run is null)
        {
            await UltraResponse.WriteAsync(context, refusal!);
            return;
        }

        if (!request.Run.IsStream)
        {
            await WriteWholeAsync(context, digest, await run.Completion);
            return;
        }

        await RunStreams.FollowAsync(context, run, new ChatCompletionStream(context, run, request, failure => RefuseAsync(context, digest, failure), time).RunAsync);
    }

    private Task RefuseAsync(HttpContext context, RequestDigest digest, UltraError error)
    {
        // Before the client can have it, and come again.
        errors.Add(digest, error);
        return UltraResponse.WriteAsync(context, error);
    }

    private Task WriteWholeAsync(HttpContext context, RequestDigest digest, RunEnd end)
    {
        switch (end)
        {
            case RunCompleted { Report: var report }:
                UltraResponse.WriteFields(context.Response.Headers, report);
                return UltraResponse.WriteAsync(context, StatusCodes.Status200OK, json => ChatCompletionWriter.Write(json, report, time.GetUtcNow()));
            case RunFailed { Error: var error }:
                return RefuseAsync(context, digest, error);
            default:
                return UltraResponse.CancelledAsync(context);
        }
    }
}
