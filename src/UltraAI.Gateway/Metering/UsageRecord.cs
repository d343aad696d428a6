using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Metering;

/// <summary>Whom a use belongs to. The model is the one that was asked for; <c>unknown</c> where none could be established.</summary>
internal readonly record struct UsageKey(string VirtualKey, string Provider, string Model);

/// <summary>Requests, tokens and money, added up.</summary>
internal record struct UsageTotals
{
    public long Requests { get; set; }

    public long InputTokens { get; set; }

    public long CachedInputTokens { get; set; }

    public long CacheWriteTokens { get; set; }

    public long OutputTokens { get; set; }

    public long CostNanoUsd { get; set; }

    /// <summary>Of the requests: those whose tokens were estimated, since the provider did not report them to the end.</summary>
    public long EstimatedRequests { get; set; }
}

/// <summary>One line of a report; what it was not grouped by is null.</summary>
internal sealed record UsageRow(string? VirtualKey, string? Provider, string? Model, DateOnly? Day, UsageTotals Totals);

/// <summary>What a report is grouped by.</summary>
[Flags]
internal enum UsageGrouping
{
    None = 0,
    Key = 1,
    Provider = 2,
    Model = 4,
    Day = 8,
}

/// <summary>Reads and writes the ledger: per virtual key, provider, model and UTC day.</summary>
internal interface IUsageStore
{
    /// <summary>Adds a batch, all of it or nothing, and once, even if it is sent again after a failure of which nobody knows how far it got.</summary>
    Task AddAsync(Guid batch, IReadOnlyList<KeyValuePair<(UsageKey Key, DateOnly Day), UsageTotals>> rows, CancellationToken cancellationToken);

    /// <summary>Totals from one day to another, both included.</summary>
    Task<IReadOnlyList<UsageRow>> ReadAsync(DateOnly from, DateOnly to, UsageGrouping by, CancellationToken cancellationToken);
}

/// <summary>Takes what each call used. Adds up in memory; a second later it is in the store.</summary>
internal interface IUsageLedger
{
    /// <param name="key">Whom it belongs to.</param>
    /// <param name="usage">LLM tokens.</param>
    /// <param name="costNanoUsd">What they cost.</param>
    /// <param name="isEstimated">Whether the tokens are an estimate.</param>
    /// <param name="wasAnswered">Whether the provider took the call, so that there is a model of that name.</param>
    /// <remarks>Never waits, never throws.</remarks>
    void Add(UsageKey key, in TokenUsage usage, long costNanoUsd, bool isEstimated, bool wasAnswered = true);
}
