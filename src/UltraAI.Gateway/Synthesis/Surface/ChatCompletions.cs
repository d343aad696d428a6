using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Events;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary><c>POST /ultra/v1/chat/completions</c>: a run as an OpenAI SDK knows it.</summary>
internal sealed class ChatCompletions(UltraBody bodies, RunRequestReader reader, RunLauncher launcher, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, VirtualKey key)
    {
        var (read, error) = await bodies.ReadAsync(context, body => reader.Read(body, isNative: false, acceptsEvents: false));
        if ((error ?? read.Error) is { } fault)
        {
            await UltraResponse.WriteAsync(context, fault);
            return;
        }

        var request = read.Request!;
        var (run, refusal) = await launcher.StartAsync(context, key, request.Run);
        if (run is null)
        {
            await UltraResponse.WriteAsync(context, refusal!);
            return;
        }

        if (!request.Run.IsStream)
        {
            await WriteWholeAsync(context, await run.Completion);
            return;
        }

        await RunStreams.FollowAsync(context, run, new ChatCompletionStream(context, run, request, time).RunAsync);
    }

    private Task WriteWholeAsync(HttpContext context, RunEnd end)
    {
        switch (end)
        {
            case RunCompleted { Report: var report }:
                UltraResponse.WriteFields(context.Response.Headers, report);
                return UltraResponse.WriteAsync(context, StatusCodes.Status200OK, json => ChatCompletionWriter.Write(json, report, time.GetUtcNow()));
            case RunFailed { Error: var error }:
                return UltraResponse.WriteAsync(context, error);
            default:
                // Cancelled, by the client's leaving or by its word: nobody waits.
                context.Abort();
                return Task.CompletedTask;
        }
    }
}
