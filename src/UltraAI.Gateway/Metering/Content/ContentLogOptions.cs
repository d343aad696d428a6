using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Metering.Content;

/// <summary>What some calls say and are answered, as lines of JSON: <c>Gateway:ContentLog</c>.</summary>
internal sealed record ContentLogOptions
{
    /// <summary>Where the lines go.</summary>
    /// <value>The default is <c>Off</c>.</value>
    public LogTarget Target { get; set; } = LogTarget.Off;

    /// <summary>The file, for <c>File</c>.</summary>
    /// <value>The default is none.</value>
    public string? Path { get; set; }

    /// <summary>How many of the calls are written down, drawn by lot.</summary>
    /// <value>0 to 1. The default is 0.01: one in a hundred.</value>
    public decimal SampleRatio { get; set; } = 0.01m;

    /// <summary>How much of a request's body, and of a response's, is kept.</summary>
    /// <value>256 to 262,144. The default is 16,384.</value>
    public int MaxBytes { get; set; } = 16_384;
}

/// <summary>The settings that are in force now.</summary>
internal interface IContentLogSource
{
    ContentLogOptions ContentLog { get; }
}
