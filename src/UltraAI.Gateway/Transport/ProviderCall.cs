using System.Collections.Frozen;
using System.Net.Http.Headers;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Transport;

/// <summary>One call to a provider, from the queue to the end of the response's body; it may take more than one attempt.</summary>
/// <remarks>Made by whoever makes the call, carried in <see cref="HttpRequestMessage.Options"/>, and ended by its maker with <see cref="End"/>.</remarks>
internal sealed partial class ProviderCall
{
    public static readonly HttpRequestOptionsKey<ProviderCall> Key = new("ultraai.call");

    private readonly TimeProvider _time;
    private readonly CallReporter? _reporter;
    private readonly ICallClient? _client;
    private CancellationToken _abort;
    private CancellationTokenRegistration _abortRegistration;
    private CallOutcome? _failure;
    private long _began;
    private long _firstByte;
    private long _waitsSince;
    private long _longestSilence;
    private bool _hasArrived;
    private int _isEnded;
    private volatile bool _isSatisfied;

    /// <param name="provider">Whom to call.</param>
    /// <param name="target">Path and query, as they are to be sent.</param>
    /// <param name="time">The source of time.</param>
    /// <param name="reporter">Counts the call; null for calls that no client asked for.</param>
    /// <param name="client">Who gets the response; null where the maker of the call reads it itself.</param>
    public ProviderCall(Provider provider, string target, TimeProvider time, CallReporter? reporter, ICallClient? client = null)
    {
        _time = time;
        Provider = provider;
        Target = target;
        Clock = new CallClock(time, OnExpired);
        _reporter = reporter;
        _client = client;
    }

    public Provider Provider { get; }

    /// <summary>Whose metrics count the connections that it makes; set by the invoker. The handler has none: it serves more gateways than one (Rehearsal).</summary>
    public TransportMetrics? Metrics { get; set; }

    /// <summary>Path and query, as they are to be sent.</summary>
    public string Target { get; }

    /// <summary>Names of the credentials that may be presented; null: all of the provider's.</summary>
    public FrozenSet<string>? AllowedCredentials { get; init; }

    public CallClock Clock { get; }

    /// <summary>Whether a read of the response is pending: then it is the provider who is waited for.</summary>
    public bool WaitsForResponse { get; set; }

    /// <summary>Zero until the response's head is there.</summary>
    public int StatusCode { get; set; }

    /// <summary>Who was waited for when the clock ran out.</summary>
    public StalledBy StalledBy { get; private set; }

    public bool IsWebSocket { get; set; }

    /// <summary>What the request says about itself; null where nobody has looked.</summary>
    public RequestFacts? Facts { get; init; }

    /// <summary>Reads what was used in the response as it passes; null where there is nothing to read.</summary>
    public UsageObserver? Usage { get; private set; }

    /// <summary>Keeps the beginning of what is said and answered; null: nobody asked for it.</summary>
    public ContentSample? Content { get; set; }

    /// <summary>Whether the provider may have begun to work on it: a byte of its body was sent, or it has answered.</summary>
    public bool WasSent { get; private set; }

    /// <summary>From the queue to now.</summary>
    public TimeSpan Elapsed => _began == 0 ? TimeSpan.Zero : _time.GetElapsedTime(_began);

    /// <summary>From the queue to the first byte of the response's body; null if none came.</summary>
    public TimeSpan? FirstByteAfter => _firstByte == 0 ? null : _time.GetElapsedTime(_began, _firstByte);

    /// <summary>Bytes of the response's body so far, as the provider sent them.</summary>
    public long ResponseBytes { get; private set; }

    /// <summary>The longest time that the provider was waited for between two pieces of the response's body; null where it came in one go. A client that reads slowly does not count.</summary>
    public TimeSpan? LongestSilence => _longestSilence == 0 ? null : _time.GetElapsedTime(0, _longestSilence);

    /// <summary>When its connection was there, for the time of the TLS hand-shake; zero if it made none.</summary>
    public long ConnectedAt { get; set; }

    /// <summary>What the gateway answers in the provider's place; null where the provider answered.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>What failed, for the log; null where nothing threw.</summary>
    public Exception? Cause { get; private set; }

    /// <summary>Whether something has gone wrong; what that was stands in <see cref="Outcome"/> and <see cref="Error"/>.</summary>
    public bool HasFailed => _failure is not null;

    public CallOutcome Outcome => _failure ?? StatusCode switch
    {
        0 => CallOutcome.Refused,
        < 400 => CallOutcome.Ok,
        < 500 => CallOutcome.ClientError,
        _ => CallOutcome.ProviderError,
    };

    /// <summary>Its span; null where nobody listens, or its endpoint is no operation of a model.</summary>
    public System.Diagnostics.Activity? Span { get; private set; }

    /// <summary>Starts the clock, and ends the call when <paramref name="abort"/> is cancelled.</summary>
    public void Begin(TimeSpan limit, CancellationToken abort)
    {
        _began = _time.GetTimestamp();
        Clock.Start(limit, _began);
        Span = CallSpan.Start(this);
        _abort = abort;
        _abortRegistration = abort.UnsafeRegister(static state => ((ProviderCall)state!).Clock.Cancel(), this);
    }

    public bool IsAborted => _abort.IsCancellationRequested;

    /// <summary>Set while a connection for this call is being made. It may go over another one all the same.</summary>
    public bool IsConnecting { get; set; }

    /// <summary>The first byte of the response's body did not come together with its head: the head goes on alone.</summary>
    public Task BodyIsLateAsync() => _client?.SendHeadAsync() ?? Task.CompletedTask;

    /// <summary>The response's head is there: the clock starts again, and usage will be read if the response can report it.</summary>
    /// <param name="response">The response.</param>
    /// <param name="timestamp">When it came.</param>
    public void HeadArrived(HttpResponseMessage response, long timestamp)
    {
        Clock.Restart(timestamp);
        StatusCode = (int)response.StatusCode;
        WasSent = true;
        if (Content is { } content)
        {
            content.ResponseType = FirstOf(response.Content.Headers.NonValidated, "Content-Type");
            content.ResponseEncoding = FirstOf(response.Content.Headers.NonValidated, "Content-Encoding");
        }

        if (Facts is { Endpoint.Usage: not UsageDialect.None and var dialect } && response.IsSuccessStatusCode)
        {
            var fields = response.Content.Headers.NonValidated;
            Usage = UsageObserver.Create(dialect, FirstOf(fields, "Content-Type"), FirstOf(fields, "Content-Encoding"));
        }
    }

    /// <summary>The next piece of the response's body is not there yet: from now on it is the provider who is silent.</summary>
    public void WaitsForPiece()
    {
        if (_waitsSince == 0)
        {
            _waitsSince = _time.GetTimestamp();
        }
    }

    /// <summary>A piece of the response's body is there.</summary>
    public void Took(ReadOnlySpan<byte> piece)
    {
        var now = _time.GetTimestamp();
        Clock.Restart(now);
        if (_firstByte == 0)
        {
            _firstByte = now;
        }
        else if (_waitsSince != 0)
        {
            _longestSilence = Math.Max(_longestSilence, now - _waitsSince);
        }

        _waitsSince = 0;
        ResponseBytes += piece.Length;

        Usage?.Observe(piece);
        Content?.Take(piece);
    }

    /// <summary>Its maker has read all that it wanted of the response: whatever becomes of the rest of it, the call has not failed.</summary>
    public void Satisfied() => _isSatisfied = true;

    /// <summary>Whether its maker wanted no more of a response that is not whole. What was reported of its use is not all then.</summary>
    public bool IsBrokenOff { get; private set; }

    /// <inheritdoc cref="IsBrokenOff"/>
    public void BreakOff() => IsBrokenOff = true;

    /// <summary>The first failure counts: what follows from it is noise.</summary>
    public void Fail(CallOutcome outcome, GatewayError? error, Exception? cause = null)
    {
        if (_failure is null && !_isSatisfied)
        {
            _failure = outcome;
            Error = error;
            Cause = cause;
        }
    }

    /// <summary>All of the response has arrived: the place is free for the next call, while the client may still be reading.</summary>
    public void ResponseArrived()
    {
        _hasArrived = true;
        LeaveEarly();
    }

    /// <summary>Nobody reads the response any more, be it at its end or before.</summary>
    public void ResponseReleased()
    {
        // A client that leaves while a piece is on its way to it: whoever wrote will say so, but the call is settled before that.
        // A rest that the gateway itself leaves out, as of an error's text, is no failure.
        if (!_hasArrived && IsAborted && !IsWebSocket)
        {
            Fail(CallOutcome.Cancelled, null);
        }

        LeaveEarly();
    }

    /// <summary>Gives everything back and counts the call. May be called more than once.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            Clock.Stop();
            _abortRegistration.Dispose();
            LeaveGates();
            _reporter?.Ended(this);
        }
    }

    private void LeaveEarly()
    {
        if (RequestBody == RequestBodyState.Done && !IsWebSocket)
        {
            LeaveGates();
            _client?.ResponseArrived();
        }
    }

    private static string? FirstOf(HttpHeadersNonValidated fields, string name) =>
        fields.TryGetValues(name, out var values) ? values.ToString() : null;

    // A stall of the provider ends the read that is pending. One of the client has nothing pending here: it is broken off, also a WebSocket's,
    // where a pending read means that both are silent.
    private void OnExpired()
    {
        var clientIsLate = RequestBody == RequestBodyState.WaitsForClient || (StatusCode != 0 && !WaitsForResponse);

        // The handler may be connecting for a call that has gone over another connection meanwhile; where its body was asked for, that is known.
        var isSent = HasPlace && RequestBody != RequestBodyState.NotStarted && (!IsConnecting || _attemptWasSent);
        StalledBy = IsWebSocket && WaitsForResponse ? StalledBy.Nobody : clientIsLate ? StalledBy.Client : isSent ? StalledBy.Provider : StalledBy.Queue;
        if (StatusCode != 0 && StalledBy == StalledBy.Client)
        {
            Fail(CallOutcome.ClientTimeout, null);
            _client?.Abort();
        }
    }
}
