using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using UltraAI.Gateway.Simulator.Dialects;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>The way of every request through a simulated provider: record, read, check the credential, find the behaviour, answer.</summary>
internal sealed class CallPipeline(ProviderDialect dialect, SimulatorOptions options, RequestLog log, ScriptList scripts, UsageTally usage)
{
    private static readonly SimulatedBehaviour Ordinary = new();

    private readonly ModelFaults _modelFaults = new();
    private int _active;

    public int Active => Volatile.Read(ref _active);

    public async Task HandleAsync(HttpContext context)
    {
        var record = new RecordedRequest(dialect.Name, context, options.TimeProvider.GetUtcNow());
        var call = new SimulatedCall(context, record, options);
        Interlocked.Increment(ref _active);
        log.AddArrived(record);
        using var left = context.RequestAborted.Register(() => MarkAborted(call));
        try
        {
            await AnswerAsync(call);
        }
        catch (Exception exception) when (exception is BadHttpRequestException or WebSocketException)
        {
            // The client left in the middle of its body, or without closing its WebSocket.
            MarkAborted(call);
            context.Abort();
        }
        catch (ConnectionCutException)
        {
            await ConnectionCut.ApplyAsync(context);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // The client left: there is nobody to tell.
            context.Abort();
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            // A mistake of the simulator itself must be seen, not guessed at.
            await dialect.WriteErrorAsync(call, new ProviderException(500, $"The simulator failed: {exception}"));
        }
        finally
        {
            usage.Add(record);
            Interlocked.Decrement(ref _active);
            record.SetCompleted();
        }
    }

    private async Task AnswerAsync(SimulatedCall call)
    {
        dialect.AddHeaders(call);
        var refusal = options.RequireCredential ? dialect.CheckCredential(call) : null;
        var early = refusal is null ? scripts.Take(call.Record, beforeBody: true) : null;
        if (early is null)
        {
            call.SetBody(await BodyReader.ReadAsync(call.Context, call.Record));
            call.Record.Model = dialect.FindModel(call);
            log.AddBody(call.Record);
        }

        if (refusal is not null)
        {
            await dialect.WriteErrorAsync(call, refusal);
            return;
        }

        call.Behaviour = early ?? scripts.Take(call.Record, beforeBody: false) ?? _modelFaults.Find(call.Record) ?? Ordinary;
        if (call.Behaviour.TextOf is { } textOf)
        {
            call.Behaviour = call.Behaviour with { Text = textOf(call.Record) };
        }

        if (call.Behaviour.Usage is null && ModelUsage.Find(call.Record.Model) is { } asked)
        {
            call.Behaviour = call.Behaviour with { Usage = asked };
        }

        await WaitAsync(call);
        try
        {
            if (!await GivenAnswer.TryWriteAsync(call, dialect))
            {
                await dialect.HandleAsync(call);
            }
        }
        catch (ProviderException exception) when (!call.Context.Response.HasStarted)
        {
            await dialect.WriteErrorAsync(call, exception);
        }
        catch (StreamErrorException)
        {
            await call.Answer.LastWordsAsync(dialect.StreamError());
        }
    }

    private async Task WaitAsync(SimulatedCall call)
    {
        if (call.Behaviour.HangBeforeHeaders)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, options.TimeProvider, call.Aborted);
        }

        if (call.Behaviour.Barrier is { } barrier)
        {
            await barrier.WaitAsync(call.Aborted);
        }

        var delay = options.Latency + call.Behaviour.DelayBeforeHeaders;
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, options.TimeProvider, call.Aborted);
        }

        if (call.Behaviour.CutBeforeHeaders)
        {
            call.Answer.MarkOver();
            throw new ConnectionCutException();
        }
    }

    private void MarkAborted(SimulatedCall call)
    {
        if (!call.Answer.IsOver)
        {
            call.Record.SetAborted(options.TimeProvider.GetUtcNow());
        }
    }
}
