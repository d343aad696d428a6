namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>The times of a preset.</summary>
internal sealed record StageTimeouts
{
    /// <summary>The whole run.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>The drafts.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The reviews.</summary>
    public TimeSpan Review { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>To the first content byte of the lead, over all leads.</summary>
    public TimeSpan Synthesis { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What the drafts and reviews leave for the lead.</summary>
    public TimeSpan LeadReserve { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>What the drafts leave for the reviews.</summary>
    public TimeSpan ReviewReserve { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>How long each stage of a run may take.</summary>
/// <remarks>A request's shorter deadline scales everything but the grace: stage times, reserves, and the 5 s that a review needs to be worth its start.</remarks>
internal sealed class RunDeadlines
{
    private static readonly TimeSpan LeastReview = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _review;
    private readonly TimeSpan _synthesis;
    private readonly TimeSpan _leadReserve;
    private readonly TimeSpan _leastReview;

    private RunDeadlines(StageTimeouts timeouts, double scale)
    {
        Total = timeouts.Total * scale;
        _leadReserve = timeouts.LeadReserve * scale;
        _review = timeouts.Review * scale;
        _synthesis = timeouts.Synthesis * scale;
        _leastReview = LeastReview * scale;
        Initial = Least(timeouts.Initial * scale, Total - _leadReserve - (timeouts.ReviewReserve * scale));
    }

    /// <summary>The whole run.</summary>
    public TimeSpan Total { get; }

    /// <summary>The limit of the stage <c>initial</c>, from the run's start.</summary>
    public TimeSpan Initial { get; }

    /// <summary>The longest that the stage <c>review</c> can take: after drafts that took no time.</summary>
    public TimeSpan LongestReview => Least(_review, Total - _leadReserve);

    /// <param name="timeouts">The preset's times.</param>
    /// <param name="requested">The request's <c>deadline_ms</c>; null if it has none.</param>
    /// <returns>Null if the request's deadline is not positive or is above the preset's total: <c>invalid_override</c>.</returns>
    public static RunDeadlines? Of(StageTimeouts timeouts, TimeSpan? requested) =>
        requested is not { } deadline ? new RunDeadlines(timeouts, 1)
        : deadline <= TimeSpan.Zero || deadline > timeouts.Total ? null
        : new RunDeadlines(timeouts, deadline / timeouts.Total);

    /// <summary>The limit of the stage <c>review</c>, from its own start.</summary>
    /// <param name="elapsed">Since the run's start.</param>
    /// <returns>Null if so little is left that the review is skipped (<c>deadline</c>).</returns>
    public TimeSpan? Review(TimeSpan elapsed)
    {
        var limit = Least(_review, Total - _leadReserve - elapsed);
        return limit < _leastReview ? null : limit;
    }

    /// <summary>How long the leads together may take to their first content byte, from the start of the stage <c>synthesis</c>.</summary>
    /// <param name="elapsed">Since the run's start.</param>
    public TimeSpan Synthesis(TimeSpan elapsed)
    {
        var limit = Least(_synthesis, Total - elapsed);
        return limit < TimeSpan.Zero ? TimeSpan.Zero : limit;
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
