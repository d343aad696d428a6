namespace UltraAI.Gateway.Telemetry;

/// <summary>Where lines of a log go.</summary>
internal enum LogTarget
{
    /// <summary>Nowhere: nothing is collected.</summary>
    Off,

    /// <summary>Standard output.</summary>
    Console,

    /// <summary>A file, to which they are appended.</summary>
    File,
}
