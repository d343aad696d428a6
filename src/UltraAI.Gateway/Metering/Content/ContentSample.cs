using System.Buffers;

namespace UltraAI.Gateway.Metering.Content;

/// <summary>The beginning of what one call said and was answered, as bytes.</summary>
internal sealed class ContentSample(int most)
{
    private readonly ArrayBufferWriter<byte> _request = new();
    private readonly ArrayBufferWriter<byte> _response = new();

    public required DateTimeOffset At { get; init; }

    public required string Key { get; init; }

    public required string Provider { get; init; }

    public string? Model { get; init; }

    public string? RequestId { get; init; }

    public int Status { get; set; }

    public string? Outcome { get; set; }

    /// <summary>The request's body was not there as a whole, and has not been kept.</summary>
    public bool IsRequestStreamed { get; init; }

    public string? ResponseType { get; set; }

    public string? ResponseEncoding { get; set; }

    public ReadOnlySpan<byte> Request => _request.WrittenSpan;

    public ReadOnlySpan<byte> Response => _response.WrittenSpan;

    public bool IsRequestCut { get; private set; }

    public bool IsResponseCut { get; private set; }

    public int Most => most;

    public void TakeRequest(in ReadOnlySequence<byte> body)
    {
        IsRequestCut = body.Length > most;
        foreach (var piece in IsRequestCut ? body.Slice(0, most) : body)
        {
            _request.Write(piece.Span);
        }
    }

    /// <summary>A piece of the response has come.</summary>
    public void Take(ReadOnlySpan<byte> piece)
    {
        var room = most - _response.WrittenCount;
        IsResponseCut |= piece.Length > room;
        if (room > 0)
        {
            _response.Write(piece[..Math.Min(room, piece.Length)]);
        }
    }
}
