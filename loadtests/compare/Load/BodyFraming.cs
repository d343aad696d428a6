using System.Buffers.Text;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>Takes what belongs to one HTTP/1.1 body out of what arrives: by length, or in chunks.</summary>
internal struct BodyFraming
{
    private enum State
    {
        Length,
        ChunkSize,
        ChunkExtension,
        ChunkData,
        ChunkEnd,
        Trailer,
        Done,
    }

    private State _state;
    private long _left;
    private int _trailerLine;

    /// <summary>Gets whether all of it has arrived.</summary>
    public readonly bool IsDone => _state == State.Done;

    /// <summary>A body of a known length.</summary>
    public static BodyFraming OfLength(long length) => new() { _state = length == 0 ? State.Done : State.Length, _left = length };

    /// <summary>A chunked body.</summary>
    public static BodyFraming Chunked() => new() { _state = State.ChunkSize };

    /// <summary>Takes the next piece of payload off the front of the data.</summary>
    /// <returns>The payload; empty when there is none in the data, or the body is done. The data is then what follows the body.</returns>
    public ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            switch (_state)
            {
                case State.Done:
                    return default;
                case State.Length:
                case State.ChunkData:
                    var payload = data[..(int)Math.Min(_left, data.Length)];
                    data = data[payload.Length..];
                    _left -= payload.Length;
                    if (_left == 0)
                    {
                        _state = _state == State.Length ? State.Done : State.ChunkEnd;
                    }

                    return payload;
                default:
                    Step(data[0]);
                    data = data[1..];
                    break;
            }
        }

        return default;
    }

    private void Step(byte next)
    {
        switch (_state)
        {
            case State.ChunkSize or State.ChunkExtension when next == '\n':
                (_state, _trailerLine) = (_left == 0 ? State.Trailer : State.ChunkData, 0);
                break;
            case State.ChunkSize when Utf8Parser.TryParse([next], out byte digit, out _, 'x'):
                _left = (_left * 16) + digit;
                break;
            case State.ChunkSize when next != '\r':
                _state = State.ChunkExtension;
                break;
            case State.ChunkEnd when next == '\n':
                (_state, _left) = (State.ChunkSize, 0);
                break;
            case State.Trailer when next == '\n':
                _state = _trailerLine == 0 ? State.Done : State.Trailer;
                _trailerLine = 0;
                break;
            case State.Trailer when next != '\r':
                _trailerLine++;
                break;
        }
    }
}
