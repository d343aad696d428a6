using System.Text.Json;

namespace UltraAI.Gateway.Admin.Events;

/// <summary>What the process itself takes.</summary>
internal sealed class ProcessLoad(TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private TimeSpan _processor;
    private long _readAt;

    public TimeSpan Uptime => time.GetElapsedTime(_startedAt);

    /// <summary>The processor's time counts from now on.</summary>
    public void Restart() => (_processor, _readAt) = (Environment.CpuUsage.TotalTime, time.GetTimestamp());

    /// <summary>Writes it, with the processor's time since the last time: 100 per cent is one core.</summary>
    public void Write(Utf8JsonWriter json)
    {
        var (processor, readAt) = (_processor, _readAt);
        Restart();
        var elapsed = time.GetElapsedTime(readAt, _readAt);
        json.WriteStartObject("process"u8);
        json.WriteNumber("cpu_percent"u8, elapsed > TimeSpan.Zero ? Math.Round(100 * (_processor - processor) / elapsed, 1) : 0);
        json.WriteNumber("working_set_bytes"u8, Environment.WorkingSet);
        json.WriteNumber("heap_bytes"u8, GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("threads"u8, ThreadPool.ThreadCount);
        json.WriteEndObject();
    }
}
