using System.Buffers;
using System.Text.Json;
using UltraAI.Gateway.Synthesis.Events;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>Writes server-sent events to a client.</summary>
internal sealed class EventStream(HttpContext context, TimeProvider time)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private long? _sent;

    /// <summary>How long the client has been sent nothing; null until it has been sent the head.</summary>
    public TimeSpan? Silence => _sent is { } sent ? time.GetElapsedTime(sent) : null;

    public void Start()
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";

        // Proxies such as nginx hold events back otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    public void Comment(ReadOnlySpan<byte> text)
    {
        _buffer.Write(":"u8);
        if (!text.IsEmpty)
        {
            _buffer.Write(" "u8);
            _buffer.Write(text);
        }

        _buffer.Write("\n\n"u8);
    }

    public void Data(Action<Utf8JsonWriter> write)
    {
        _buffer.Write("data: "u8);
        Json(write);
        _buffer.Write("\n\n"u8);
    }

    /// <summary>A frame with id and name.</summary>
    public void Frame(string id, string name, Action<Utf8JsonWriter> write)
    {
        Text($"id: {id}\nevent: {name}\n");
        Data(write);
    }

    public void Done() => _buffer.Write("data: [DONE]\n\n"u8);

    /// <summary>Sends what has been written; the first time the head, even if that is all.</summary>
    public async ValueTask FlushAsync()
    {
        if (_buffer.WrittenCount > 0)
        {
            await context.Response.Body.WriteAsync(_buffer.WrittenMemory, context.RequestAborted);
            _buffer.ResetWrittenCount();
        }
        else if (_sent is not null)
        {
            return;
        }

        await context.Response.Body.FlushAsync(context.RequestAborted);
        _sent = time.GetTimestamp();
    }

    private void Text(string text) => _buffer.Write(System.Text.Encoding.UTF8.GetBytes(text));

    private void Json(Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(_buffer, RunJson.Options);
        write(json);
    }
}
