using System.Globalization;
using System.Text;
using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Takes the framing off a body piece by piece, as the pieces arrive, and tells a clean end from a broken transfer.</summary>
internal sealed class BodyReader
{
    private enum Framing
    {
        Length,
        Chunked,
        UntilClose,
    }

    private readonly WireConnection _connection;
    private readonly Framing _framing;
    private long _remaining;
    private bool _withinChunk;
    private bool _isAtEnd;

    private BodyReader(WireConnection connection, Framing framing, long length)
    {
        _connection = connection;
        _framing = framing;
        _remaining = length;
        _isAtEnd = framing == Framing.Length && length == 0;
    }

    public List<string> Trailers { get; } = [];

    /// <summary>The extensions of the chunks, which end at this hop.</summary>
    public bool IsChunked => _framing == Framing.Chunked;

    public static BodyReader OfRequest(WireConnection connection, MessageHead head) =>
        IsChunkedMessage(head) ? new(connection, Framing.Chunked, 0) : new(connection, Framing.Length, Length(head) ?? 0);

    public static BodyReader OfResponse(WireConnection connection, MessageHead head, int status, bool isHead)
    {
        if (isHead || status is 204 or 304 or (>= 100 and < 200))
        {
            return new(connection, Framing.Length, 0);
        }

        return IsChunkedMessage(head) ? new(connection, Framing.Chunked, 0)
            : Length(head) is { } length ? new(connection, Framing.Length, length)
            : new(connection, Framing.UntilClose, 0);
    }

    /// <summary>The next bytes as soon as there are any; none at a clean end.</summary>
    /// <exception cref="BrokenTransferException">The connection ended before the body did.</exception>
    public async Task<byte[]> NextAsync()
    {
        if (_isAtEnd)
        {
            return [];
        }

        if (_framing == Framing.Chunked && !_withinChunk && !await ReadChunkSizeAsync())
        {
            _isAtEnd = true;
            return [];
        }

        var piece = await _connection.ReadSomeAsync(_framing == Framing.UntilClose ? long.MaxValue : _remaining);
        if (piece.Length == 0)
        {
            _isAtEnd = _framing == Framing.UntilClose ? true : throw new BrokenTransferException($"{_remaining} bytes are missing");
            return [];
        }

        await CountAsync(piece.Length);
        return piece;
    }

    public async Task<byte[]> RestAsync()
    {
        using var body = new MemoryStream();
        while (await NextAsync() is { Length: > 0 } piece)
        {
            body.Write(piece);
        }

        return body.ToArray();
    }

    /// <summary>Reads to the end and keeps nothing but the count.</summary>
    public async Task<long> DrainAsync()
    {
        long count = 0;
        while (await NextAsync() is { Length: > 0 } piece)
        {
            count += piece.Length;
        }

        return count;
    }

    private async Task CountAsync(int count)
    {
        if (_framing == Framing.UntilClose)
        {
            return;
        }

        _remaining -= count;
        if (_remaining > 0)
        {
            return;
        }

        if (_framing == Framing.Length)
        {
            _isAtEnd = true;
            return;
        }

        _withinChunk = false;
        Assert.Equal("\r\n", Encoding.Latin1.GetString(await _connection.ReadExactlyAsync(2)));
    }

    private async Task<bool> ReadChunkSizeAsync()
    {
        var line = await LineAsync();
        _remaining = long.Parse(line.Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        _withinChunk = _remaining > 0;
        if (_withinChunk)
        {
            return true;
        }

        while (await LineAsync() is { Length: > 0 } trailer)
        {
            Trailers.Add(trailer);
        }

        return false;
    }

    private async Task<string> LineAsync()
    {
        var line = await _connection.ReadThroughAsync("\r\n") ?? throw new BrokenTransferException("no last chunk");
        return Encoding.Latin1.GetString(line)[..^2];
    }

    private static bool IsChunkedMessage(MessageHead head) =>
        head.All("Transfer-Encoding").Any(v => v.Contains("chunked", StringComparison.OrdinalIgnoreCase));

    private static long? Length(MessageHead head) =>
        head["Content-Length"] is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}
