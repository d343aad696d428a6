namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>What the access log says about one request.</summary>
internal sealed class AccessEntry
{
    public DateTimeOffset At { get; set; }

    public string? RequestId { get; set; }

    /// <summary>The virtual key's name.</summary>
    public string? Key { get; set; }

    public string? Provider { get; set; }

    public string? Method { get; set; }

    /// <summary>As the client wrote it; its query is not written.</summary>
    public string? Target { get; set; }

    public string? Model { get; set; }

    public int Status { get; set; }

    /// <summary>The gateway's own error (<c>x-ultraai-error</c>); null: none.</summary>
    public string? Error { get; set; }

    public string? Outcome { get; set; }

    public TimeSpan Duration { get; set; }

    public TimeSpan? FirstChunk { get; set; }

    public long? RequestBytes { get; set; }

    public long? ResponseBytes { get; set; }

    public long InputTokens { get; set; }

    public long OutputTokens { get; set; }

    public long NanoUsd { get; set; }

    /// <summary>Whether the tokens are estimated.</summary>
    public bool IsEstimated { get; set; }

    /// <summary>The name of the credential that was presented last.</summary>
    public string? Credential { get; set; }

    /// <summary>Where the call went last.</summary>
    public string? Destination { get; set; }

    /// <summary>The run of /ultra.</summary>
    public string? RunId { get; set; }

    /// <summary>The entry of a request that is still being handled; null while the log is off, and where what handles it also writes its line.</summary>
    public static AccessEntry? Of(HttpContext context) => context.Features.Get<AccessEntry>();

    public void Clear()
    {
        RequestId = Key = Provider = Method = Target = Model = Error = Outcome = Credential = Destination = RunId = null;
        RequestBytes = ResponseBytes = null;
        FirstChunk = null;
        InputTokens = OutputTokens = NanoUsd = 0;
        Status = 0;
        IsEstimated = false;
    }
}
