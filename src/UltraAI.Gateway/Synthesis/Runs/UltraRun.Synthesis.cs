using System.Text.Json;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Calls;
using UltraAI.Gateway.Synthesis.Collect;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Ordering;
using UltraAI.Gateway.Synthesis.Prompts;
using UltraAI.Gateway.Synthesis.Ranking;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>The stage <c>synthesis</c>: lead after lead, until one answers.</summary>
internal sealed partial class UltraRun
{
    private const int MostMajorErrors = 8;
    private const int MostErrorText = 400;

    private PlannedCall PlannedLead => _plan.Calls[^1];

    private async Task<Ending> SynthesisAsync()
    {
        _stage = RunStage.Synthesis;
        using var span = RunSpans.Start(RunStage.Synthesis);
        if (!_costs.Fits([PlannedLead]) && _survivors.Length > 0)
        {
            _events.Post(new StageSkipped(RunStage.Synthesis, "budget"));
            return TopDraft(DegradedCode.Budget);
        }

        _costs.Begin([PlannedLead]);
        var leads = Leads();
        for (var place = 0; place < _order.Count; place++)
        {
            _survivors[_order[place]].Label = ReviewOrder.Letter(place);
        }

        var start = _services.Time.GetTimestamp();
        _events.Post(new StageStarted(RunStage.Synthesis, ["s.1"]));
        using var window = new LeadWindow(_services.Time, _plan.Deadlines.Synthesis(_events.Elapsed), _cancellation.Token);
        var (ending, asked, cancelled) = await LeadAsync(leads, window, start);
        var ok = ending.Lead is null ? 0 : 1;
        StageEnded(span, RunStage.Synthesis, _services.Time.GetElapsedTime(start), ok, asked - ok - cancelled, cancelled);
        return ok == 0 ? ending : ending with { LeadAttempts = asked };
    }

    private async Task<(Ending Ending, int Asked, int Cancelled)> LeadAsync(List<ChainLink> leads, LeadWindow window, long start)
    {
        var asked = 0;
        var cancelled = 0;
        var badJson = default(Ending);
        for (var i = 0; i < leads.Count && !window.IsOver; i++)
        {
            if (i > 0 && !await _costs.TryExtendAsync(leads[i].Planned))
            {
                break;
            }

            asked++;
            _events.Post(new LeadSelected(leads[i].Reference, i < _plan.Leads.Count ? "configured" : "member"));
            var (result, stream, wasCancelled) = await AskAsync(leads[i], i, window, start);
            if (result.IsOk)
            {
                var answer = new Ending { Answer = result.Last.Chat, Lead = result.Link.Reference };
                if (badJson is not null || i == leads.Count - 1 || !HasBadJson(result.Last.Chat))
                {
                    return (answer, asked, cancelled);
                }

                badJson = answer;
            }

            cancelled += wasCancelled ? 1 : 0;
            if (BrokenOff(stream.WasPassedOn, badJson) is { } broken)
            {
                return (broken, asked, cancelled);
            }

            if (stream.WasPassedOn)
            {
                var error = ErrorOf(StatusCodes.Status502BadGateway, "lead_failed", $"The lead broke off in the middle of its answer ({result.Last.Chat.Outcome.Name()}).");
                return (new Ending { Error = error }, asked, cancelled);
            }

            window.LeadFailed();
            if (i + 1 < leads.Count && !window.IsOver)
            {
                _services.Metrics.LeadFailedOver();
                _events.Post(new LeadFailover(leads[i].Reference, leads[i + 1].Reference, result.IsOk ? ChatOutcome.ProtocolError : result.Last.Chat.Outcome));
            }
        }

        // No lead did better than the one whose JSON is bad: its answer is whole, and worth more than a draft or an error.
        return (BrokenOff(whole: badJson) ?? badJson ?? Exhausted(), asked, cancelled);
    }

    private Ending Exhausted() => _survivors.Length > 0 && Preset.Lead.FallsBackToTopDraft
        ? TopDraft(DegradedCode.LeadFailed)
        : new Ending { Error = ErrorOf(StatusCodes.Status502BadGateway, "lead_failed", "No lead has answered.") };

    private async Task<(ChainResult Result, LeadStream Stream, bool WasCancelled)> AskAsync(ChainLink link, int index, LeadWindow window, long start)
    {
        var id = $"s.{index + 1}";
        var watcher = new StageWatcher(RunStage.Synthesis, [id], [null], 1, TimeSpan.Zero, _events, _tally, _services.Metrics);
        var stream = new LeadStream(_events, _plan.Request.IsStream, window.ContentBegins);
        var result = await Track(new CallChain(_services.Calls, _admission, watcher, _services.Time).RunAsync(
            new ChainRequest
            {
                Id = id,
                Links = [link],
                Chat = LeadRequest(),
                AcceptsToolCalls = true,
                TimeLeft = () => window.Left,
                TryExtendAsync = _costs.TryExtendAsync,
                OnEvent = stream.OnEventAsync,
            },
            window.Token));
        var elapsed = _services.Time.GetElapsedTime(start);
        var wasCancelled = result.Last.Chat.Outcome == ChatOutcome.Cancelled;
        if (wasCancelled)
        {
            watcher.Cancelled(0, _cancellation.Reason ?? CancelReason.StageDeadline);
        }
        else
        {
            watcher.Settled(0, new StageCallResult<ChainResult> { Value = result, IsOk = result.IsOk, Elapsed = elapsed });
        }

        return (result, stream, wasCancelled);
    }

    /// <summary>The configured ones, then the authors of drafts, best first; each model once.</summary>
    private List<ChainLink> Leads()
    {
        var leads = _plan.Leads.ToList();
        if (Preset.Lead.AllowMembers)
        {
            foreach (var draft in _order)
            {
                var link = _survivors[draft].Link!;
                if (!leads.Exists(lead => lead.Reference == link.Reference))
                {
                    leads.Add(link with { Planned = new PlannedCall([link.Target], _plan.LaterInput, PlannedLead.Output) });
                }
            }
        }

        return leads;
    }

    private ChatRequest LeadRequest()
    {
        var request = _plan.Request.Chat;
        var most = Preset.Options.Budget.LeadMaxTokens;
        return _plan.IsToolTurn
            ? request with { MaxOutputTokens = request.MaxOutputTokens ?? most }
            : _services.Variants.Lead(request, Fence.Create(), Material(), most);
    }

    private LeadMaterial Material() => new()
    {
        IsRanked = _ranking is not null,
        Drafts = [.. _order.Select(draft => new LeadDraft
        {
            Text = _survivors[draft].Text,
            Score = _ranking?.Scores[draft],
            MajorErrors = MajorErrorsOf(_survivors[draft]),
            Revision = _survivors[draft].Revision == RevisionResult.Kept ? _survivors[draft].Parsed!.Revision : null,
        })],
        Disagreements = Disagreements.Of(_ballots, _order),
        Critiques = [.. _survivors.Where(member => member.Parsed is { HasVote: false, Critique.Length: > 0 }).Select(member => member.Parsed!.Critique)],
    };

    private string[] MajorErrorsOf(MemberState author) =>
    [
        .. _survivors
            .Where(member => member.Parsed is { HasVote: true })
            .SelectMany(member => member.Parsed!.Items.Where(item => member.Reviewed[item.Position] == author.Id))
            .SelectMany(item => item.Errors.Where(error => error.IsMajor))
            .Take(MostMajorErrors)
            .Select(error => ChatFailure.Cut(error.Quote.Length == 0 ? error.Why : $"\"{error.Quote}\": {error.Why}", MostErrorText)),
    ];

    // Only while the next lead can still be asked: what a client has seen can't be taken back.
    private bool HasBadJson(ChatResult answer)
    {
        if (_plan.Request.IsStream || answer.ToolCalls.Count > 0 || _plan.Request.Chat.ResponseFormat is not { Kind: ChatFormatKind.JsonSchema })
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Text);
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
