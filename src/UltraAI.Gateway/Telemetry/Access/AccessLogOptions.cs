namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>A line of JSON for every request: <c>Gateway:AccessLog</c>.</summary>
internal sealed record AccessLogOptions
{
    /// <summary>Where the lines go.</summary>
    /// <value>The default is <c>Off</c>.</value>
    public LogTarget Target { get; set; } = LogTarget.Off;

    /// <summary>The file, for <c>File</c>.</summary>
    /// <value>The default is none.</value>
    public string? Path { get; set; }
}

/// <summary>The settings that are in force now.</summary>
internal interface IAccessLogSource
{
    AccessLogOptions AccessLog { get; }
}
