using System.Globalization;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary><c>POST /ultra</c> and <c>DELETE /ultra/runs/{id}</c>: runs with all that happens in them.</summary>
internal sealed class NativeRuns(UltraBody bodies, RunRequestReader reader, RunLauncher launcher, RunRegistry registry, RepeatedErrors errors, TimeProvider time)
{
    public const string Route = "/ultra";

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    public async Task HandleAsync(HttpContext context, VirtualKey key)
    {
        var acceptsEvents = context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        using var share = bodies.Share();
        var ((read, digest), error) = await bodies.ReadAsync(context, share, body => (reader.Read(body, isNative: true, acceptsEvents), RequestDigest.Of(key, Route, body.Span)));
        if ((error ?? read.Error) is { } fault)
        {
            await UltraResponse.WriteAsync(context, fault);
            return;
        }

        if (!read.Request!.Run.IsStream && errors.TryGet(digest, out var repeated))
        {
            await UltraResponse.RepeatAsync(context, repeated);
            return;
        }

        if (UltraBody.TakeForMembers(share, read.Request.Run.Preset.Members.Count) is { } full)
        {
            await UltraResponse.WriteAsync(context, full);
            return;
        }

        var (run, refusal) = await launcher.StartAsync(context, key, read.Request.Run);
        if (run is null)
        {
            await UltraResponse.WriteAsync(context, refusal!);
            return;
        }

        if (!run.Plan.Request.IsStream)
        {
            await WriteWholeAsync(context, run, digest, await run.Completion);
            return;
        }

        await RunStreams.FollowAsync(context, run, () => StreamAsync(context, run));
    }

    public Task CancelAsync(HttpContext context, VirtualKey key)
    {
        var id = (string?)context.Request.RouteValues["id"] ?? "";
        if (!registry.TryCancel(id, key))
        {
            return UltraResponse.WriteAsync(context, new UltraError(StatusCodes.Status404NotFound, "not_found", "There is no such run under way with this virtual key, on this instance."));
        }

        return UltraResponse.WriteAsync(context, StatusCodes.Status202Accepted, json =>
        {
            json.WriteStartObject();
            json.WriteString("run_id"u8, id);
            json.WriteString("status"u8, "cancelling"u8);
            json.WriteEndObject();
        });
    }

    private Task WriteWholeAsync(HttpContext context, StartedRun run, RequestDigest digest, RunEnd end)
    {
        switch (end)
        {
            case RunCompleted completed:
                UltraResponse.WriteFields(context.Response.Headers, completed.Report);
                return UltraResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
                {
                    json.WriteStartObject();
                    json.WriteString("run_id"u8, run.Plan.Id);
                    completed.Write(json);
                    json.WriteEndObject();
                });
            case RunFailed { Error: var error }:
                errors.Add(digest, error);
                return UltraResponse.WriteAsync(context, error);
            default:
                return UltraResponse.CancelledAsync(context);
        }
    }

    private async Task StreamAsync(HttpContext context, StartedRun run)
    {
        var stream = new EventStream(context, time);
        var pump = new EventPump(run.Events, time, context.RequestAborted);
        stream.Start();
        while (true)
        {
            if (await pump.NextAsync(KeepAlive) is not { } item)
            {
                stream.Comment([]);
                await stream.FlushAsync();
                continue;
            }

            do
            {
                Write(stream, run, item);
                if (item.Event.IsTerminal)
                {
                    await stream.FlushAsync();
                    return;
                }
            }
            while (pump.TryNext(out item));

            await stream.FlushAsync();
        }
    }

    private static void Write(EventStream stream, StartedRun run, NumberedEvent item) => stream.Frame(
        item.Sequence.ToString(CultureInfo.InvariantCulture),
        item.Event.Name,
        json =>
        {
            json.WriteStartObject();
            json.WriteString("run_id"u8, run.Plan.Id);
            json.WriteNumber("seq"u8, item.Sequence);
            json.WriteNumber("t_ms"u8, RunJson.Milliseconds(item.At));
            item.Event.Write(json);
            json.WriteEndObject();
        });
}
