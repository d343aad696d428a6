using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Presets;

namespace UltraAI.Gateway.Synthesis.Calls;

/// <summary>A model that a call may go to, and its share of the reservation there.</summary>
internal sealed record ChainLink(ModelReference Reference, CallTarget Target, PlannedCall Planned);

/// <summary>One call of a run: a model, its one retry, and its fallbacks.</summary>
internal sealed record ChainRequest
{
    public required string Id { get; init; }

    /// <summary>The model, then its fallbacks.</summary>
    public required IReadOnlyList<ChainLink> Links { get; init; }

    /// <summary>What is asked; the model's name is filled in.</summary>
    public required ChatRequest Chat { get; init; }

    public bool AcceptsToolCalls { get; init; }

    /// <summary>How much of the stage's time is left: a retry must fit.</summary>
    public required Func<TimeSpan> TimeLeft { get; init; }

    /// <summary>Takes what one more attempt may need; false if there is no room for it.</summary>
    public required Func<PlannedCall, ValueTask<bool>> TryExtendAsync { get; init; }

    public Func<ChatEvent, CancellationToken, ValueTask>? OnEvent { get; init; }
}

/// <summary>Hears of the attempts of a chain.</summary>
internal interface IChainObserver
{
    void Started(ChainRequest request, ChainLink link, int attempt);

    /// <summary>Another attempt will be made: of the same model after a wait, or of the next one.</summary>
    void Retrying(ChainRequest request, InnerResult failed, TimeSpan wait, ModelReference next);

    /// <summary>An attempt has ended, however late.</summary>
    void Ended(ChainRequest request, ChainLink link, InnerResult result);
}

/// <summary>What came of a call.</summary>
/// <param name="Link">The model of the last attempt.</param>
/// <param name="Last">The last attempt.</param>
/// <param name="Attempts">How many were made.</param>
internal sealed record ChainResult(ChainLink Link, InnerResult Last, int Attempts)
{
    public bool IsOk => Last.Chat.Outcome == ChatOutcome.Ok;

    public static bool Counts(ChainResult result) => result.IsOk;
}

/// <summary>Makes a call with its one retry and its fallbacks.</summary>
internal sealed class CallChain(IInnerCalls calls, RunAdmission run, IChainObserver observer, TimeProvider time)
{
    private static readonly TimeSpan MostRetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan UsualWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LeastAfterWait = TimeSpan.FromSeconds(1);

    /// <summary>Never throws for what providers do.</summary>
    public async Task<ChainResult> RunAsync(ChainRequest request, CancellationToken cancellationToken)
    {
        var attempts = 0;
        var result = default(ChainResult);
        for (var i = 0; i < request.Links.Count; i++)
        {
            var link = request.Links[i];
            if (result is not null)
            {
                if (!await MayGoOnAsync(request, link, cancellationToken))
                {
                    return result;
                }

                observer.Retrying(request, result.Last, TimeSpan.Zero, link.Reference);
            }

            result = await AttemptAsync(request, link, ++attempts, cancellationToken);
            if (i == 0 && WaitBeforeRetry(result.Last) is { } wait && wait + LeastAfterWait <= request.TimeLeft() && await MayGoOnAsync(request, link, cancellationToken))
            {
                observer.Retrying(request, result.Last, wait, link.Reference);
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                result = await AttemptAsync(request, link, ++attempts, cancellationToken);
            }

            if (result.IsOk || result.Last.Chat.Outcome == ChatOutcome.Cancelled || cancellationToken.IsCancellationRequested)
            {
                return result;
            }
        }

        return result!;
    }

    /// <returns>How long to wait before the same model is asked again; null if it is not.</returns>
    internal static TimeSpan? WaitBeforeRetry(InnerResult result)
    {
        if (result.HadBody || result.Chat.Failure is not { } failure)
        {
            return null;
        }

        if (failure.Status == StatusCodes.Status429TooManyRequests)
        {
            return failure.RetryAfter <= MostRetryAfter ? failure.RetryAfter : null;
        }

        var mayHelp = failure.Outcome == ChatOutcome.ConnectError || failure.Status is 408 or 409 or 425 or 500 or 502 or 503 or 504 or 529;
        return mayHelp ? failure.RetryAfter ?? UsualWait : null;
    }

    private static async ValueTask<bool> MayGoOnAsync(ChainRequest request, ChainLink link, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && await request.TryExtendAsync(link.Planned);

    private async Task<ChainResult> AttemptAsync(ChainRequest request, ChainLink link, int attempt, CancellationToken cancellationToken)
    {
        observer.Started(request, link, attempt);
        var inner = new InnerCall
        {
            Id = request.Id,
            Reference = link.Reference,
            Target = link.Target,
            Request = request.Chat,
            Planned = link.Planned,
            AcceptsToolCalls = request.AcceptsToolCalls,
            OnEvent = request.OnEvent,
        };
        var worstCase = run.Begin(link.Planned);
        InnerResult result;
        try
        {
            result = await calls.SendAsync(run, inner, cancellationToken);
        }
        finally
        {
            run.End(worstCase);
        }

        observer.Ended(request, link, result);
        return new ChainResult(link, result, attempt);
    }
}
