using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>A client's request on its way to a provider: what the middleware and the transforms share.</summary>
internal sealed class ForwardedRequest(HttpContext context, Provider provider, string target, TimeProvider time, TransportMetrics metrics) : ICallClient
{
    private const int MaxWholeBytes = 64 * 1024;

    private ProviderCall? _call;
    private PipeReader? _body;
    private SequencePosition _bodyEnd;

    public Provider Provider { get; } = provider;

    public ProviderCall Call => _call ??= new ProviderCall(Provider, target, time, metrics, this);

    /// <summary>True while the response's fields may still change, because its body is being looked at first.</summary>
    public bool HoldsHead { get; set; }

    /// <summary>Takes the client's body into the call: as a whole if all of it is there, else as a stream.</summary>
    public void AttachBody()
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return;
        }

        Call.RequestBody = RequestBodyState.NotStarted;
        var request = context.Request;
        if (request.ContentLength is > 0 and <= MaxWholeBytes and var length
            && request.Headers.Expect.Count == 0 // looking at the body would ask the client for it
            && request.BodyReader.TryRead(out var read))
        {
            if (read.Buffer.Length == length)
            {
                _body = request.BodyReader;
                _bodyEnd = read.Buffer.End;
                Call.WholeBody = read.Buffer;
                return;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start);
        }

        request.Body = new RequestBodyStream(request.BodyReader, request.ContentLength, Call, time);
    }

    /// <summary>Lets go of a body that was taken as a whole. Must come before the request ends.</summary>
    public void ReleaseBody()
    {
        var body = _body;
        _body = null;
        body?.AdvanceTo(_bodyEnd);
    }

    public static bool TryGet(HttpContext context, [NotNullWhen(true)] out ForwardedRequest? request)
    {
        request = context.Features.Get<ForwardedRequest>();
        return request is not null;
    }

    public Task SendHeadAsync() => HoldsHead ? Task.CompletedTask : context.Response.Body.FlushAsync(context.RequestAborted);

    public void Abort() => context.Abort();
}
