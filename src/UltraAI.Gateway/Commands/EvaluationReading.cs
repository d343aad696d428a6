using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Synthesis.Evaluation;

namespace UltraAI.Gateway.Commands;

/// <summary>Reads the events of a run of /ultra down to what an evaluation needs.</summary>
/// <param name="key">What the run is known by.</param>
internal sealed class EvaluationReading(string key)
{
    private const string EventField = "event: ";
    private const string DataField = "data: ";
    private const string DraftPrefix = "i.";

    private readonly List<Draft> _drafts = [];
    private string _event = "";
    private EvaluatedRun? _run;
    private long _draftMilliseconds;

    /// <summary>Takes a line of the stream.</summary>
    /// <exception cref="CommandException">It is not an event of a run.</exception>
    public void Take(string line)
    {
        if (line.StartsWith(EventField, StringComparison.Ordinal))
        {
            _event = line[EventField.Length..];
        }
        else if (line.StartsWith(DataField, StringComparison.Ordinal))
        {
            try
            {
                Take(JsonNode.Parse(line[DataField.Length..])!.AsObject());
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or NullReferenceException)
            {
                throw new CommandException("That is not a gateway, or not this version of it: its events can't be read.", exception);
            }
        }
    }

    /// <exception cref="CommandException">The stream ended before the run did.</exception>
    public EvaluatedRun ToRun() => _run ?? throw new CommandException("The gateway broke off in the middle of a run.");

    private void Take(JsonObject data)
    {
        switch (_event)
        {
            case "run.started":
                _drafts.AddRange(data["members"]!.AsArray().Select(member => new Draft((string)member!["id"]!, (string)member["model"]!)));
                break;
            case "call.started" when DraftOf(data) is { } draft:
                draft.Begin((string)data["model"]!, (long)data["t_ms"]!);
                break;
            case "call.delta" when DraftOf(data) is { } draft:
                draft.Text.Append((string?)data["text"]);
                break;
            case "call.completed" when DraftOf(data) is { } draft:
                draft.End((decimal)data["cost_usd"]!, (long)data["t_ms"]!);
                break;
            case "stage.completed" when (string?)data["stage"] == "initial":
                _draftMilliseconds = (long)data["ms"]!;
                break;
            case "run.completed":
                _run = End(data) with { Answer = (string?)data["message"]!["content"] ?? "", Degraded = [.. data["degraded"]!.AsArray().Select(code => (string)code!)] };
                break;
            case "run.failed":
                _run = End(data) with { Error = $"{data["error"]!["code"]}: {data["error"]!["message"]}" };
                break;
            case "run.cancelled":
                _run = End(data) with { Error = "run_cancelled" };
                break;
        }
    }

    private EvaluatedRun End(JsonObject data) => new()
    {
        Key = key,
        Drafts = [.. _drafts.Select(draft => draft.ToResult())],
        Usd = (decimal)data["cost"]!["usd"]!,
        Milliseconds = (long)data["t_ms"]!,
        DraftMilliseconds = _draftMilliseconds,
    };

    private Draft? DraftOf(JsonObject data) =>
        (string?)data["call_id"] is { } call && call.StartsWith(DraftPrefix, StringComparison.Ordinal) ? _drafts.Find(draft => draft.Member == call[DraftPrefix.Length..]) : null;

    private sealed class Draft(string member, string model)
    {
        private string _model = model;
        private long? _start;
        private long? _milliseconds;
        private decimal? _usd;

        public string Member => member;

        public StringBuilder Text { get; } = new();

        // A retry or a fallback starts anew; its time counts from the first attempt.
        public void Begin(string model, long at)
        {
            _model = model;
            _start ??= at;
            Text.Clear();
        }

        public void End(decimal usd, long at) => (_usd, _milliseconds) = (usd, at - _start);

        public EvaluatedDraft ToResult() => new(member, _model, _milliseconds is null ? null : Text.ToString(), _usd, _milliseconds);
    }
}
