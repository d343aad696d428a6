using UltraAI.Gateway.Synthesis.Ordering;

namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>How the panel does against its members and against a vote, all on the same drafts.</summary>
internal sealed record EvaluationReport
{
    /// <summary>What the resamples are drawn by: the same for the same results.</summary>
    public const ulong Seed = 1;

    private EvaluationReport(string preset, IReadOnlyList<EvaluationQuestion> questions)
    {
        Preset = preset;
        Questions = questions;
    }

    public string Preset { get; }

    /// <summary>Those that were run.</summary>
    public IReadOnlyList<EvaluationQuestion> Questions { get; }

    public int FailedRuns { get; private init; }

    public int DegradedRuns { get; private init; }

    /// <summary>Each member alone in member order, the vote, and the whole panel last.</summary>
    public IReadOnlyList<SystemResult> Systems { get; private init; } = [];

    /// <summary>The panel less each of the others, in their order.</summary>
    public IReadOnlyList<DifferenceInterval> Differences { get; private init; } = [];

    public SystemResult Ultra => Systems[^1];

    /// <param name="preset">The preset.</param>
    /// <param name="results">Each question with what became of it; at least one.</param>
    public static EvaluationReport Of(string preset, IReadOnlyList<(EvaluationQuestion Question, EvaluatedRun Run)> results)
    {
        var systems = results
            .SelectMany(result => result.Run.Drafts.Select(draft => draft.Member))
            .Distinct()
            .Select(member => Solo(member, results))
            .Append(Vote(results))
            .Append(Panel(results))
            .ToArray();
        return new EvaluationReport(preset, [.. results.Select(result => result.Question)])
        {
            FailedRuns = results.Count(result => result.Run.Answer is null),
            DegradedRuns = results.Count(result => result.Run.Degraded.Count > 0),
            Systems = systems,
            Differences = [.. systems[..^1].Select(system => PairedBootstrap.Compare(systems[^1].Scores, system.Scores, new SplitMix64(Seed)))],
        };
    }

    private static SystemResult Solo(string member, IReadOnlyList<(EvaluationQuestion Question, EvaluatedRun Run)> results)
    {
        var drafts = results.Select(result => result.Run.Drafts.FirstOrDefault(draft => draft.Member == member)).ToArray();
        return new SystemResult
        {
            Name = "solo " + member,
            Model = string.Join(", ", drafts.OfType<EvaluatedDraft>().Select(draft => draft.Model).Distinct()),
            Scores = [.. drafts.Select((draft, i) => Score(results[i].Question, draft?.Text))],
            Answered = drafts.Count(draft => draft?.Text is not null),
            Costs = [.. drafts.Select(draft => draft?.Usd).OfType<decimal>()],
            Milliseconds = [.. drafts.Select(draft => draft?.Milliseconds).OfType<long>()],
        };
    }

    private static SystemResult Vote(IReadOnlyList<(EvaluationQuestion Question, EvaluatedRun Run)> results) => new()
    {
        Name = "vote",
        Scores = [.. results.Select(result => PluralityVote.Score(result.Question, result.Run.Drafts.Select(draft => draft.Text).OfType<string>()))],
        Answered = results.Count(result => result.Run.Drafts.Any(draft => draft.Text is not null)),
        Costs = [.. results.Select(result => result.Run.Drafts.Sum(draft => draft.Usd ?? 0))],
        Milliseconds = [.. results.Select(result => result.Run.DraftMilliseconds)],
    };

    private static SystemResult Panel(IReadOnlyList<(EvaluationQuestion Question, EvaluatedRun Run)> results) => new()
    {
        Name = "ultra",
        Scores = [.. results.Select(result => Score(result.Question, result.Run.Answer))],
        Answered = results.Count(result => result.Run.Answer is not null),
        Costs = [.. results.Select(result => result.Run.Usd)],
        Milliseconds = [.. results.Select(result => result.Run.Milliseconds)],
    };

    private static double Score(EvaluationQuestion question, string? answer) => answer is not null && question.IsRight(answer) ? 1 : 0;
}
