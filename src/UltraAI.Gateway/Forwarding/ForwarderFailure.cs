using Yarp.ReverseProxy.Forwarder;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Tells whoever called the forwarder that it failed, and where.</summary>
internal sealed class ForwarderFailure(ForwarderError error, Exception exception) : IForwarderErrorFeature
{
    public ForwarderError Error => error;

    public Exception? Exception => exception;
}
