using System.Diagnostics.CodeAnalysis;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>A client's request on its way to a provider: what the middleware and the transforms share.</summary>
internal sealed class ForwardedRequest(HttpContext context, Provider provider, string target, TimeProvider time, TransportMetrics metrics) : ICallClient
{
    private ProviderCall? _call;

    public Provider Provider { get; } = provider;

    public ProviderCall Call => _call ??= new ProviderCall(Provider, target, time, metrics, this);

    /// <summary>True while the response's fields may still change, because its body is being looked at first.</summary>
    public bool HoldsHead { get; set; }

    public static bool TryGet(HttpContext context, [NotNullWhen(true)] out ForwardedRequest? request)
    {
        request = context.Features.Get<ForwardedRequest>();
        return request is not null;
    }

    public Task SendHeadAsync() => HoldsHead ? Task.CompletedTask : context.Response.Body.FlushAsync(context.RequestAborted);

    public void Abort() => context.Abort();
}
