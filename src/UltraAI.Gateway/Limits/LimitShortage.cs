using System.Globalization;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Limits;

/// <summary>The limit that a demand has to wait for longest.</summary>
internal struct LimitShortage
{
    private static readonly TimeSpan ConcurrencyWait = TimeSpan.FromSeconds(1);

    private LimitSubject? _subject;
    private bool _isProvider;
    private LimitKind _kind;
    private TimeSpan _wait;

    public readonly bool IsAny => _subject is not null;

    public readonly bool IsProvider => _isProvider;

    public readonly LimitKind Kind => _kind;

    /// <summary>What a request gets while the store does not answer and <c>OnFailure</c> is <c>Deny</c>.</summary>
    public static GatewayError StoreUnavailable { get; } =
        new(ErrorCode.StoreUnavailable, "The store of limits (Gateway:Store) does not answer, and Gateway:Store:OnFailure is Deny. Try again soon.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    /// <summary>What a call gets that wants more after it was settled: its client has gone.</summary>
    public static GatewayError Ended { get; } = new(ErrorCode.InternalError, "The call has ended; it can take nothing more of its limits.");

    public void Rate(LimitSubject subject, bool isProvider, LimitKind kind, TimeSpan wait)
    {
        if (_subject is null || wait > _wait)
        {
            (_subject, _isProvider, _kind, _wait) = (subject, isProvider, kind, wait);
        }
    }

    public void Concurrency(LimitSubject subject, bool isProvider) => Rate(subject, isProvider, LimitKind.Concurrency, ConcurrencyWait);

    public readonly GatewayError ToError()
    {
        var subject = _subject!;
        var options = subject.Options;
        var owner = _isProvider ? $"provider '{subject.Name}'" : $"virtual key '{subject.Name}'";
        if (_kind == LimitKind.Concurrency)
        {
            return new GatewayError(
                ErrorCode.ConcurrencyLimited,
                string.Create(CultureInfo.InvariantCulture, $"Limits:MaxConcurrent of {owner}: {options.MaxConcurrent} calls may run at the same time. Try again when one has ended."))
            {
                RetryAfter = _wait,
            };
        }

        var (option, burst, rate, what) = _kind == LimitKind.Requests
            ? ("RequestsPerMinute", options.RequestBurst ?? options.RequestsPerMinute, options.RequestsPerMinute, "requests")
            : ("TokensPerMinute", options.TokenBurst ?? options.TokensPerMinute, options.TokensPerMinute, "tokens");
        var seconds = Math.Max(1, (long)Math.Ceiling(_wait.TotalSeconds));
        return new GatewayError(
            ErrorCode.RateLimited,
            string.Create(CultureInfo.InvariantCulture, $"Limits:{option} of {owner} is used up: {rate} {what} per minute, up to {burst} at once. Try again in {seconds} s."))
        {
            RetryAfter = _wait > TimeSpan.Zero ? _wait : TimeSpan.FromTicks(1),
        };
    }
}
