using UltraAI.Gateway.Transport;
using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Gives YARP the one invoker for every cluster. Its own factory would make a handler per cluster and per reload.</summary>
internal sealed class SharedForwarderClientFactory(ProviderInvoker invoker) : IForwarderHttpClientFactory
{
    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => invoker;
}
