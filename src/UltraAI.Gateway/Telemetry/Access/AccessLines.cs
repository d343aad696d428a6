using System.Buffers;

namespace UltraAI.Gateway.Telemetry.Access;

/// <summary>Lines that are written together.</summary>
internal sealed class AccessLines
{
    private const int UsualBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _bytes = new(UsualBytes);

    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> line)
    {
        _bytes.Write(line);
        Count++;
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Count = 0;
    }
}
