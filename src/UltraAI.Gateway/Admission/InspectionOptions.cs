namespace UltraAI.Gateway.Admission;

/// <summary>How much of requests' bodies is held while a policy needs to look at them: <c>Gateway:Inspection</c>.</summary>
internal sealed record InspectionOptions
{
    /// <summary>The longest body that is read as a whole for a virtual key with <c>Models</c>, a token limit or a budget.</summary>
    /// <value>Bytes. The default is 32 MiB.</value>
    public long MaxBodyBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>What all such bodies may hold together.</summary>
    /// <value>Bytes. The default is 256 MiB.</value>
    public long MaxTotalBytes { get; set; } = 256 * 1024 * 1024;
}
