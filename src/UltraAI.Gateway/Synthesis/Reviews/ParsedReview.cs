namespace UltraAI.Gateway.Synthesis.Reviews;

/// <summary>How a review was read. The wire form is the name in lower case.</summary>
internal enum ReviewParseMethod
{
    /// <summary>It could not be read; its text stays as a critique.</summary>
    None,

    /// <summary>The whole answer is the JSON object.</summary>
    Json,

    /// <summary>The JSON object stands in a fenced block.</summary>
    Fenced,

    /// <summary>The JSON object was found by its braces.</summary>
    Braces,

    /// <summary>Lines such as <c>A: 7/10</c> or <c>A &gt; C &gt; B</c>.</summary>
    Lines,
}

/// <summary>The words for <see cref="ReviewParseMethod"/>.</summary>
internal static class ReviewParseMethods
{
    public static string Word(this ReviewParseMethod method) => method switch
    {
        ReviewParseMethod.Json => "json",
        ReviewParseMethod.Fenced => "fenced",
        ReviewParseMethod.Braces => "braces",
        ReviewParseMethod.Lines => "lines",
        _ => "none",
    };
}

/// <summary>An error that a reviewer claims. Untrusted text.</summary>
/// <param name="IsMajor">Whether the reviewer calls it major.</param>
/// <param name="Quote">The words it stands in.</param>
/// <param name="Why">What is wrong with them.</param>
internal readonly record struct ReviewError(bool IsMajor, string Quote, string Why);

/// <summary>What a review says about one draft. Scores are 1 to 10; null where it gives none.</summary>
internal sealed record ReviewItem
{
    /// <summary>The draft's position among those shown: 0 is A.</summary>
    public required int Position { get; init; }

    public double? Correctness { get; init; }

    public double? Completeness { get; init; }

    public double? InstructionFollowing { get; init; }

    public double? Clarity { get; init; }

    /// <summary>As given, or the mean of the others.</summary>
    public double? Overall { get; init; }

    /// <summary>The place in an order, from 1, where the review gives one instead of scores.</summary>
    public int? Place { get; init; }

    public IReadOnlyList<ReviewError> Errors { get; init; } = [];

    /// <summary>Untrusted text.</summary>
    public string? BestPoint { get; init; }

    /// <summary>Whether it can be ranked by this.</summary>
    public bool IsScored => Overall is not null || Place is not null;

    public int MajorErrors => Errors.Count(error => error.IsMajor);
}

/// <summary>A review, read.</summary>
internal sealed record ParsedReview
{
    public ReviewParseMethod Method { get; init; }

    /// <summary>In the order of the positions, each at most once.</summary>
    public IReadOnlyList<ReviewItem> Items { get; init; } = [];

    /// <summary>Whether at least half of the drafts shown are scored. Without that the review is a critique only.</summary>
    public bool HasVote { get; init; }

    /// <summary>The answer without the revision. Untrusted text.</summary>
    public string Critique { get; init; } = "";

    /// <summary>The revision of the reviewer's own draft that it proposes; null if it proposes none. Untrusted text.</summary>
    public string? Revision { get; init; }
}
