using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Simulator.Content;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Writes one answer and does to it what the behaviour says: delays, pieces, stalls, cuts, content coding.</summary>
internal sealed class AnswerWriter(SimulatedCall call, SimulatorOptions options)
{
    private Stream? _encoder;
    private int _chunks;
    private long _offset;
    private int _splits;

    /// <summary>Gets whether the answer ended, or was cut by the provider itself.</summary>
    public bool IsOver { get; private set; }

    private HttpResponse Response => call.Context.Response;

    public Task JsonAsync(JsonNode body, int status = 200) => BytesAsync(Json.Bytes(body), "application/json", status);

    /// <summary>Sends a body whose length is known; in one piece, unless the behaviour wants several.</summary>
    public async Task BytesAsync(ReadOnlyMemory<byte> body, string contentType, int status = 200)
    {
        await StartAsync(contentType, body.Length, status);
        var interrupted = call.Behaviour.CutAfterChunks ?? call.Behaviour.HangAfterChunks;
        var pieces = Math.Clamp(call.Behaviour.Chunks ?? (interrupted + 1) ?? 1, 1, Math.Max(1, body.Length));
        for (var i = 0; i < pieces; i++)
        {
            var from = (int)((long)body.Length * i / pieces);
            var to = (int)((long)body.Length * (i + 1) / pieces);
            await ChunkAsync(body[from..to]);
        }

        await EndAsync();
    }

    public async Task EmptyAsync(int status = 200)
    {
        SetHead(status);
        await EndAsync();
    }

    /// <summary>Sends the head at once.</summary>
    public async Task StartAsync(string contentType, long? length = null, int status = 200)
    {
        Response.ContentType = contentType;
        var coding = call.Behaviour.ContentEncoding ?? AskedCoding();
        Response.ContentLength = coding is null ? length : null;
        SetHead(status);
        if (coding is { } encoding)
        {
            Response.Headers.ContentEncoding = encoding;
            _encoder = encoding switch
            {
                "gzip" => new GZipStream(Response.Body, CompressionLevel.Fastest, leaveOpen: true),
                "br" => new BrotliStream(Response.Body, CompressionLevel.Fastest, leaveOpen: true),
                "deflate" => new ZLibStream(Response.Body, CompressionLevel.Fastest, leaveOpen: true),
                _ => throw new NotSupportedException($"Content coding '{encoding}' is not simulated."),
            };
        }

        if (length is null || call.Behaviour is not { CutAfterChunks: null, HangAfterChunks: null, BeforeChunk: null })
        {
            await Response.StartAsync(call.Aborted);
            await Response.Body.FlushAsync(call.Aborted);
        }
    }

    /// <summary>Sends some bytes at once.</summary>
    public async Task ChunkAsync(ReadOnlyMemory<byte> bytes)
    {
        await BeforeChunkAsync();
        var splits = call.Behaviour.SplitAt;
        for (; _splits < splits.Count && splits[_splits] < _offset + bytes.Length; _splits++)
        {
            var length = (int)Math.Max(0, splits[_splits] - _offset);
            await WriteAsync(bytes[..length]);
            bytes = bytes[length..];
        }

        await WriteAsync(bytes);
        _chunks++;
    }

    /// <summary>Sends the last bytes of a stream that ends in an error.</summary>
    public async Task LastWordsAsync(ReadOnlyMemory<byte> bytes)
    {
        await Response.BodyWriter.WriteAsync(bytes, call.Aborted);
        await Response.CompleteAsync();
        IsOver = true;
    }

    public async Task EndAsync()
    {
        await InterruptAsync(atEnd: true);
        if (_encoder is not null)
        {
            await _encoder.DisposeAsync();
        }

        await Response.CompleteAsync();
        IsOver = true;
    }

    /// <summary>What happens before each chunk, also before a WebSocket message.</summary>
    public async Task BeforeChunkAsync()
    {
        await InterruptAsync(atEnd: false);
        if (call.Behaviour.ErrorAfterChunks == _chunks)
        {
            throw new StreamErrorException();
        }

        var delay = call.Behaviour.ChunkDelay > TimeSpan.Zero ? call.Behaviour.ChunkDelay : options.ChunkDelay;
        if (delay > TimeSpan.Zero && _chunks > 0)
        {
            await Task.Delay(delay, options.TimeProvider, call.Aborted);
        }

        if (call.Behaviour.BeforeChunk is { } beforeChunk)
        {
            await beforeChunk(_chunks).WaitAsync(call.Aborted);
        }
    }

    /// <summary>Marks the answer as ended by other means, such as the closing of a WebSocket.</summary>
    public void MarkOver() => IsOver = true;

    /// <summary>Counts a chunk that was not sent through <see cref="ChunkAsync"/>.</summary>
    public void CountChunk() => _chunks++;

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _offset += bytes.Length;
        if (_encoder is null)
        {
            await Response.BodyWriter.WriteAsync(bytes, call.Aborted);
            return;
        }

        await _encoder.WriteAsync(bytes, call.Aborted);
        await _encoder.FlushAsync(call.Aborted);
        await Response.Body.FlushAsync(call.Aborted);
    }

    private string? AskedCoding() => !call.Behaviour.EncodesAsAsked
        ? null
        : call.Header("Accept-Encoding").Split(',').Select(item => item.Split(';')[0].Trim()).FirstOrDefault(item => item is "br" or "gzip" or "deflate");

    private async Task InterruptAsync(bool atEnd)
    {
        if (call.Behaviour.CutAfterChunks is { } cut && (atEnd || _chunks >= cut))
        {
            IsOver = true;
            throw new ConnectionCutException();
        }

        if (call.Behaviour.HangAfterChunks is { } hang && (atEnd || _chunks >= hang))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, options.TimeProvider, call.Aborted);
        }
    }

    private void SetHead(int status)
    {
        Response.StatusCode = call.Behaviour.Status ?? status;
        if (call.Behaviour.ReasonPhrase is { } reason)
        {
            call.Context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = reason;
        }

        foreach (var header in call.Behaviour.Headers.GroupBy(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase))
        {
            Response.Headers[header.Key] = header.ToArray();
        }
    }
}
