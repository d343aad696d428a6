using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>A client's request on its way to a provider: what the middleware and the transforms share.</summary>
internal sealed class ForwardedRequest : ICallClient
{
    private readonly HttpContext _context;
    private readonly ClientBody _body;
    private readonly Admission.Admission _admission;
    private readonly Settlement _settlement;
    private int _isSettled;

    public ForwardedRequest(HttpContext context, ClientBody body, string target, Admission.Admission admission, Settlement settlement, TimeProvider time, CallReporter reporter)
    {
        _context = context;
        _body = body;
        _admission = admission;
        _settlement = settlement;
        RequestBytes = context.Request.ContentLength;
        Call = new ProviderCall(admission.Provider, target, time, reporter, this) { Facts = admission.Facts, AllowedCredentials = admission.Key.Credentials };
    }

    public Provider Provider => _admission.Provider;

    public VirtualKey Key => _admission.Key;

    /// <summary>The length of its body as the client told it; null if it did not.</summary>
    public long? RequestBytes { get; }

    /// <summary>What it was charged with, once it is settled: LLM tokens and cost.</summary>
    public (long Input, long Output, long NanoUsd, bool IsEstimated) Charge { get; private set; }

    public ProviderCall Call { get; }

    /// <summary>True while the response's fields may still change, because its body is being looked at first.</summary>
    public bool HoldsHead { get; set; }

    /// <summary>Whether the gateway itself asked for the usage at the end of the stream: its chunk is not the client's.</summary>
    public bool AsksForUsage { get; private set; }

    /// <summary>Takes the client's body into the call: as a whole if all of it is there, else as a stream.</summary>
    /// <param name="withUsageRequest">The whole body with a request for usage in it; null: the body as it is.</param>
    public void AttachBody(ReadOnlySequence<byte>? withUsageRequest)
    {
        if (withUsageRequest is { } body)
        {
            AsksForUsage = true;

            // The chunk that has to go again can only be found in plain text.
            var fields = _context.Request.Headers;
            fields.AcceptEncoding = "identity";
            if (fields.ContentLength is not null)
            {
                fields.ContentLength = body.Length;
            }
        }

        _body.AttachTo(Call, withUsageRequest);
    }

    /// <summary>Lets go of a body that was taken as a whole. Must come before the request ends.</summary>
    public void ReleaseBody() => _body.Release();

    public static bool TryGet(HttpContext context, [NotNullWhen(true)] out ForwardedRequest? request)
    {
        request = context.Features.Get<ForwardedRequest>();
        return request is not null;
    }

    public Task SendHeadAsync() => HoldsHead ? Task.CompletedTask : _context.Response.Body.FlushAsync(_context.RequestAborted);

    public void ResponseArrived() => Settle();

    /// <summary>Gives back what was reserved, for what was used. May be called more than once.</summary>
    public void Settle()
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
        {
            var charge = _settlement.Settle(_admission, Call);
            Charge = (charge.Usage.Input, charge.Usage.Output, charge.NanoUsd, charge.IsEstimated);
        }
    }

    public void Abort() => _context.Abort();
}
