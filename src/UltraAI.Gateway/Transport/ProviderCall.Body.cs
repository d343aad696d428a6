using System.Buffers;
using System.IO.Pipelines;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Transport;

/// <summary>The body of the request: where it is, and who is reading it.</summary>
internal sealed partial class ProviderCall
{
    private TaskCompletionSource? _bodyWritten;
    private volatile RequestBodyState _requestBody;
    private int _bodyWriters;
    private volatile bool _attemptWasSent;

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

    /// <summary>Whether its body, if it has one, can be sent again from its first byte.</summary>
    public bool IsReplayable => WholeBody is { } body ? body.Length <= Provider.ReplayBufferBytes : Body is null || RequestBody == RequestBodyState.NotStarted;

    /// <summary>Another attempt begins: nothing of this one has been sent.</summary>
    public void AttemptBegins() => _attemptWasSent = false;

    /// <summary>Somebody begins to read the body, and to write it to the provider.</summary>
    public void BodyBegins()
    {
        WasSent = true;
        _attemptWasSent = true;
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
}
