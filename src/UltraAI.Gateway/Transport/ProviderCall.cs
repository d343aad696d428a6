using System.Buffers;
using System.Collections.Frozen;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

/// <summary>One call to a provider, from the queue to the end of the response's body; it may take more than one attempt.</summary>
/// <remarks>Made by whoever makes the call, carried in <see cref="HttpRequestMessage.Options"/>, and ended by its maker with <see cref="End"/>.</remarks>
internal sealed class ProviderCall
{
    public static readonly HttpRequestOptionsKey<ProviderCall> Key = new("ultraai.call");

    private readonly TimeProvider _time;
    private readonly CallReporter? _reporter;
    private readonly ICallClient? _client;
    private CancellationToken _abort;
    private CancellationTokenRegistration _abortRegistration;
    private CallGate? _gate;
    private CallGate? _ownGate;
    private TransportMetrics.Load? _load;
    private CallOutcome? _failure;
    private TaskCompletionSource? _bodyWritten;
    private volatile RequestBodyState _requestBody;
    private long _began;
    private long _firstByte;
    private long _waitsSince;
    private long _longestSilence;
    private int _bodyWriters;
    private int _isEnded;
    private int _isCounted;

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

    /// <summary>Path and query, as they are to be sent.</summary>
    public string Target { get; }

    /// <summary>Where it goes, or went last; null until that is chosen.</summary>
    public Destination? Destination { get; private set; }

    /// <summary>What is presented, or was last; null: nothing.</summary>
    public CredentialState? Credential { get; private set; }

    /// <summary>Whether its body, if it has one, can be sent again from its first byte.</summary>
    public bool IsReplayable => WholeBody is { } body ? body.Length <= Provider.ReplayBufferBytes : Body is null || RequestBody == RequestBodyState.NotStarted;

    /// <summary>Names of the credentials that may be presented; null: all of the provider's.</summary>
    public FrozenSet<string>? AllowedCredentials { get; init; }

    public CallClock Clock { get; }

    /// <summary>Set by the reader of the client's body.</summary>
    public RequestBodyState RequestBody
    {
        get => _requestBody;
        set => _requestBody = value;
    }

    /// <summary>The body, where all of it was there when the call began; it stays readable to the end of the call.</summary>
    public ReadOnlySequence<byte>? WholeBody { get; set; }

    /// <summary>The body where it is still to come, or too large to hold.</summary>
    public PipeReader? Body { get; set; }

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

    /// <summary>Goes to this destination with this credential, and is counted there if <paramref name="counts"/>; no longer where it was before.</summary>
    public void Choose(Destination destination, CredentialState? credential, bool counts)
    {
        LeaveChosen();
        Destination = destination;
        Credential = credential;
        if (counts)
        {
            destination.Enter();
            credential?.Enter();
            Volatile.Write(ref _isCounted, 1);
        }
    }

    /// <summary>Starts the clock, and ends the call when <paramref name="abort"/> is cancelled.</summary>
    public void Begin(TimeSpan limit, CancellationToken abort)
    {
        _began = _time.GetTimestamp();
        Clock.Start(limit);
        Span = CallSpan.Start(this);
        _abort = abort;
        _abortRegistration = abort.UnsafeRegister(static state => ((ProviderCall)state!).Clock.Cancel(), this);
    }

    /// <summary>Somebody begins to read the body, and to write it to the provider.</summary>
    public void BodyBegins()
    {
        WasSent = true;
        Interlocked.Increment(ref _bodyWriters);
        RequestBody = RequestBodyState.WaitsForProvider;
    }

    /// <summary>The last of those who read the body has ended.</summary>
    public void BodyWasWritten()
    {
        if (Interlocked.Decrement(ref _bodyWriters) == 0)
        {
            RequestBody = RequestBodyState.Done;
            Interlocked.CompareExchange(ref _bodyWritten, null, null)?.TrySetResult();
        }
    }

    /// <summary>Ends the writing of the body, which over HTTP/2 may go on after the response, and completes when nobody reads it any more.</summary>
    public Task EndBodyAsync()
    {
        if (Volatile.Read(ref _bodyWriters) == 0)
        {
            return Task.CompletedTask;
        }

        Clock.Cancel();
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _bodyWritten, written);
        if (Volatile.Read(ref _bodyWriters) == 0)
        {
            written.TrySetResult();
        }

        return written.Task;
    }

    /// <summary>The client's body could not be read to its end.</summary>
    public void ClientFailed(Exception exception)
    {
        if (exception is not BadHttpRequestException fault || fault.Message.StartsWith("Unexpected end", StringComparison.Ordinal))
        {
            Fail(CallOutcome.Cancelled, null, exception);
        }
        else if (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            Fail(CallOutcome.Refused, new GatewayError(ErrorCode.BodyTooLarge, "The request's body is too large."), exception);
        }
        else
        {
            Fail(CallOutcome.Refused, new GatewayError(ErrorCode.InvalidRequest, "The request's body is not valid HTTP."), exception);
        }
    }

    public bool IsAborted => _abort.IsCancellationRequested;

    /// <summary>Set while a connection for this call is being made: then nothing has been sent.</summary>
    public bool IsConnecting { get; set; }

    /// <summary>Whether it has a place in its provider's own gate.</summary>
    public bool HasOwnPlace => Volatile.Read(ref _ownGate) is not null;

    /// <summary>Whether it has no place there yet. One at another origin is given back.</summary>
    public bool NeedsPlaceAt(CallGate gate)
    {
        var held = Volatile.Read(ref _gate);
        if (held is not null && held != gate)
        {
            LeaveOrigin();
        }

        return held != gate;
    }

    /// <summary>Whether the call got through the queue.</summary>
    public bool HasPlace => Volatile.Read(ref _gate) is not null;

    /// <summary>The first byte of the response's body did not come together with its head: the head goes on alone.</summary>
    public Task BodyIsLateAsync() => _client?.SendHeadAsync() ?? Task.CompletedTask;

    public void TookPlace(CallGate gate, TransportMetrics.Load load, bool isOwn)
    {
        if (isOwn)
        {
            _ownGate = gate;
        }
        else
        {
            _gate = gate;
            _load = load;
            Interlocked.Increment(ref load.Active);
        }
    }

    /// <summary>The response's head is there: the clock starts again, and usage will be read if the response can report it.</summary>
    public void HeadArrived(HttpResponseMessage response)
    {
        Clock.Restart();
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

    /// <summary>The first failure counts: what follows from it is noise.</summary>
    public void Fail(CallOutcome outcome, GatewayError? error, Exception? cause = null)
    {
        if (_failure is null)
        {
            _failure = outcome;
            Error = error;
            Cause = cause;
        }
    }

    /// <summary>All of the response has arrived: the place is free for the next call, while the client may still be reading.</summary>
    public void ResponseArrived()
    {
        if (RequestBody == RequestBodyState.Done && !IsWebSocket)
        {
            LeaveGates();
            _client?.ResponseArrived();
        }
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

    private static string? FirstOf(HttpHeadersNonValidated fields, string name) =>
        fields.TryGetValues(name, out var values) ? values.ToString() : null;

    // A stall of the provider ends the read that is pending. One of the client has nothing pending here: it is broken off.
    private void OnExpired()
    {
        var clientIsLate = RequestBody == RequestBodyState.WaitsForClient || (StatusCode != 0 && !WaitsForResponse);
        StalledBy = IsWebSocket ? StalledBy.Nobody : clientIsLate ? StalledBy.Client : HasPlace && !IsConnecting && RequestBody != RequestBodyState.NotStarted ? StalledBy.Provider : StalledBy.Queue;
        if (StatusCode != 0 && StalledBy == StalledBy.Client)
        {
            Fail(CallOutcome.ClientTimeout, null);
            _client?.Abort();
        }
    }

    private void LeaveGates()
    {
        LeaveOrigin();
        Interlocked.Exchange(ref _ownGate, null)?.Leave();
        LeaveChosen();
    }

    private void LeaveOrigin()
    {
        if (Interlocked.Exchange(ref _gate, null) is { } gate)
        {
            Interlocked.Decrement(ref _load!.Active);
            gate.Leave();
        }
    }

    private void LeaveChosen()
    {
        if (Volatile.Read(ref _isCounted) == 1 && Interlocked.Exchange(ref _isCounted, 0) == 1)
        {
            Destination!.Leave();
            Credential?.Leave();
        }
    }
}
