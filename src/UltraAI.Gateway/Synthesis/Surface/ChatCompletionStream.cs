using System.Globalization;
using System.Text;
using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>A run as a stream of chat completion chunks.</summary>
/// <remarks>
/// The status line is held until the drafts are there, or for a while: so what fails before has a status of its own, which SDKs know how to raise.
/// </remarks>
/// <param name="context">The request.</param>
/// <param name="run">Its run.</param>
/// <param name="request">What was asked.</param>
/// <param name="refuse">Answers with an error, while there is no other answer.</param>
/// <param name="time">The clock.</param>
internal sealed class ChatCompletionStream(HttpContext context, StartedRun run, ReadRequest request, Func<UltraError, Task> refuse, TimeProvider time)
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    private readonly EventStream _stream = new(context, time);
    private readonly DateTimeOffset _created = time.GetUtcNow();
    private bool _hasStarted;
    private bool _hasRole;
    private bool _hasContent;
    private RunStage _stage;
    private int _calls;
    private int _ended;

    // Most events write nothing: so it counts from what was sent last, not from the last event.
    private TimeSpan Patience => _stream.Silence is { } silence ? KeepAlive - silence : Hold - run.Events.Elapsed;

    public async Task RunAsync()
    {
        var pump = new EventPump(run.Events, time, context.RequestAborted);
        while (true)
        {
            if (await pump.NextAsync(Patience) is { } item)
            {
                do
                {
                    if (item.Event is RunFailed { Error: var error } && !_hasStarted)
                    {
                        await refuse(error);
                        return;
                    }

                    Take(item);
                    if (item.Event.IsTerminal)
                    {
                        await _stream.FlushAsync();
                        return;
                    }
                }
                while (pump.TryNext(out item));

                if (_hasStarted)
                {
                    await _stream.FlushAsync();
                }

                if (Patience > TimeSpan.Zero)
                {
                    continue;
                }
            }

            Start();
            Alive();
            await _stream.FlushAsync();
        }
    }

    private void Take(NumberedEvent item)
    {
        Count(item.Event);
        switch (item.Event)
        {
            case SynthesisDelta { Item: var delta }:
                Start();
                Content(delta);
                break;
            case RunCompleted { Report: var report }:
                Start();
                Complete(report);
                break;
            case RunFailed { Error: var error }:
                _stream.Data(json => UltraErrorWriter.Write(json, error));
                break;
            case RunCancelled:
                Start();
                _stream.Data(json => UltraErrorWriter.Write(json, UltraError.Cancelled(run.Plan.Id)));
                break;
            default:
                Progress(item);
                break;
        }
    }

    private void Count(RunEvent item)
    {
        switch (item)
        {
            case StageStarted started:
                (_stage, _calls, _ended) = (started.Stage, started.Calls.Count, 0);
                if (started.Stage == RunStage.Review || (started.Stage == RunStage.Synthesis && !run.Plan.IsToolTurn))
                {
                    Start();
                }

                break;
            case CallCompleted or CallFailed or CallCancelled:
                _ended++;
                break;
        }
    }

    private void Start()
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            _stream.Start();
        }
    }

    private void Alive()
    {
        if (request.Progress == ProgressMode.None)
        {
            _stream.Comment([]);
        }
        else
        {
            _stream.Comment(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"ultra {_stage.Name()} {_ended}/{_calls}")));
        }
    }

    // Written, but not sent before the stream has started.
    private void Progress(NumberedEvent item)
    {
        if (request.Progress != ProgressMode.Events)
        {
            return;
        }

        _stream.Data(json =>
        {
            json.WriteStartObject();
            ChatCompletionWriter.WriteHead(json, "chat.completion.chunk"u8, run.Plan.Id, run.Plan.Request.Preset.Name, _created);
            json.WriteStartArray("choices"u8);
            json.WriteEndArray();
            json.WriteStartObject("ultra_event"u8);
            json.WriteString("event"u8, item.Event.Name);
            json.WriteNumber("seq"u8, item.Sequence);
            json.WriteNumber("t_ms"u8, RunJson.Milliseconds(item.At));
            item.Event.Write(json);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private void Content(ChatEvent delta)
    {
        _hasContent = true;
        Role();
        Chunk(json =>
        {
            json.WriteStartObject("delta"u8);
            if (delta.Kind == ChatEventKind.Text)
            {
                json.WriteString("content"u8, delta.Text);
            }
            else
            {
                SynthesisDelta.WriteToolCall(json, delta);
            }

            json.WriteEndObject();
        });
    }

    private void Role()
    {
        if (_hasRole)
        {
            return;
        }

        _hasRole = true;
        Chunk(static json =>
        {
            json.WriteStartObject("delta"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, ""u8);
            json.WriteNull("refusal"u8);
            json.WriteEndObject();
        });
    }

    private void Complete(RunReport report)
    {
        Role();
        if (!_hasContent)
        {
            // A draft, verbatim.
            Content(new ChatEvent(ChatEventKind.Text) { Text = report.Text });
        }

        Chunk(
            static json =>
            {
                json.WriteStartObject("delta"u8);
                json.WriteEndObject();
            },
            report);
        if (request.AsksForUsage)
        {
            _stream.Data(json =>
            {
                json.WriteStartObject();
                ChatCompletionWriter.WriteHead(json, "chat.completion.chunk"u8, run.Plan.Id, run.Plan.Request.Preset.Name, _created);
                json.WriteStartArray("choices"u8);
                json.WriteEndArray();
                RunJson.WriteUsage(json, report.Usage.Usage);
                json.WriteEndObject();
            });
        }

        _stream.Done();
    }

    private void Chunk(Action<Utf8JsonWriter> writeDelta, RunReport? end = null) => _stream.Data(json =>
    {
        json.WriteStartObject();
        ChatCompletionWriter.WriteHead(json, "chat.completion.chunk"u8, run.Plan.Id, run.Plan.Request.Preset.Name, _created);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        writeDelta(json);
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, end?.FinishReason.Name());
        json.WriteEndObject();
        json.WriteEndArray();
        end?.WriteBlock(json);
        json.WriteEndObject();
    });
}
