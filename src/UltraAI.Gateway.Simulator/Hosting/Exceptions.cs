namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>An error answer of a provider; the dialect gives it its shape.</summary>
internal sealed class ProviderException(int status, string message, string? code = null, string? parameter = null) : Exception(message)
{
    public int Status { get; } = status;

    public string? Code { get; } = code;

    public string? Parameter { get; } = parameter;
}

/// <summary>The behaviour says that the connection is cut here.</summary>
internal sealed class ConnectionCutException : Exception;

/// <summary>The behaviour says that a stream reports an error here.</summary>
internal sealed class StreamErrorException : Exception;
