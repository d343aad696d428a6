using System.Security.Cryptography.X509Certificates;

namespace UltraAI.Gateway.Simulator;

/// <summary>How the simulated providers are started.</summary>
public sealed class SimulatorOptions
{
    /// <summary>Gets or sets the time every answer waits before its headers.</summary>
    /// <value>The default is zero.</value>
    public TimeSpan Latency { get; set; }

    /// <summary>Gets or sets the time between two chunks of a streamed answer.</summary>
    /// <value>The default is zero.</value>
    public TimeSpan ChunkDelay { get; set; }

    /// <summary>Gets or sets whether a request without the provider's credential is refused in the provider's own way.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool RequireCredential { get; set; } = true;

    /// <summary>Gets or sets the four ports, in the order OpenAI, Anthropic, Google, HuggingFace.</summary>
    /// <value>The default, <see langword="null"/>, takes free ports.</value>
    public int[]? Ports { get; set; }

    /// <summary>Gets or sets a server certificate. With one the providers speak TLS, HTTP/1.1 and HTTP/2 by ALPN; without one cleartext HTTP/1.1.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Gets or sets the clock of delays and of the times in answers.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets how many requests a provider remembers; the oldest are forgotten first.</summary>
    /// <value>The default is 20,000. Zero keeps none, which suits a long demo.</value>
    public int RecordedRequestLimit { get; set; } = 20_000;
}
