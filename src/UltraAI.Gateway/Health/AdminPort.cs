using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Health;

/// <summary>Where an endpoint is served when <c>Gateway:Admin:Port</c> gives operators a listener of their own.</summary>
internal sealed class ServedOn
{
    /// <summary>What is for operators: on the admin port alone.</summary>
    public static readonly ServedOn AdminPort = new();

    /// <summary>What everybody may ask: on all ports.</summary>
    public static readonly ServedOn EveryPort = new();
}

/// <summary>The admin port; null if there is none.</summary>
internal sealed record AdminPortNumber(int? Value);

/// <summary>Keeps what is for operators to the admin port, and everything else off it. Put in only where there is such a port.</summary>
/// <remarks>The port is the one that the connection was made to: the Host field is the client's to choose.</remarks>
internal sealed class AdminPort(RequestDelegate next, AdminPortNumber number, IErrorRenderer renderer)
{
    private static readonly GatewayError NotHere = new(ErrorCode.NotFound, "There is nothing here, on this port.");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is { } endpoint)
        {
            var on = endpoint.Metadata.GetMetadata<ServedOn>();
            if (on != ServedOn.EveryPort && (on == ServedOn.AdminPort) != IsMadeTo(context, number.Value!.Value))
            {
                return ErrorResponse.WriteAsync(context, NotHere, renderer);
            }
        }

        return next(context);
    }

    /// <summary>Whether a request came in by this port.</summary>
    public static bool IsMadeTo(HttpContext context, int port) => context.Connection.LocalPort == port;
}
