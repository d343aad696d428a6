using System.Text;

namespace UltraAI.Gateway.Rehearsal;

/// <summary>One call of a rehearsal, from the client's end.</summary>
internal sealed class RehearsalCall
{
    private const int MaxResponseBytes = 16 * 1024;

    private readonly string _target;
    private readonly string _keyField;
    private readonly string _body;

    private RehearsalCall(string target, string keyField, string body)
    {
        _target = target;
        _keyField = keyField;
        _body = body;
    }

    public static RehearsalCall Chat { get; } = OpenAI("");

    public static RehearsalCall ChatStream { get; } = OpenAI(""","stream":true""");

    public static RehearsalCall Messages { get; } = Anthropic("");

    public static RehearsalCall MessagesStream { get; } = Anthropic(""","stream":true""");

    /// <summary>Makes the call and reads the response to its end.</summary>
    /// <exception cref="InvalidDataException">It is not a complete response with status 200.</exception>
    public async Task MakeAsync(Stream connection, string key, CancellationToken cancellationToken)
    {
        var request = $"POST {_target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_keyField}{key}\r\nContent-Type: application/json\r\nContent-Length: {_body.Length}\r\n\r\n{_body}";
        await connection.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        var response = new byte[MaxResponseBytes];
        var length = 0;
        while (!RehearsalMessage.IsComplete(response.AsSpan(0, length)))
        {
            var read = await connection.ReadAsync(response.AsMemory(length), cancellationToken);
            length += read > 0 ? read : throw Unexpected(response.AsSpan(0, length));
        }

        if (!response.AsSpan().StartsWith("HTTP/1.1 200 "u8))
        {
            throw Unexpected(response.AsSpan(0, length));
        }
    }

    private static RehearsalCall OpenAI(string more) => new(
        "/openai/v1/chat/completions", "Authorization: Bearer ", $$"""{"model":"rehearsal","messages":[{"role":"user","content":"Hello"}]{{more}}}""");

    private static RehearsalCall Anthropic(string more) => new(
        "/anthropic/v1/messages", "anthropic-version: 2023-06-01\r\nx-api-key: ", $$"""{"model":"rehearsal","max_tokens":10,"messages":[{"role":"user","content":"Hello"}]{{more}}}""");

    private InvalidDataException Unexpected(ReadOnlySpan<byte> response)
    {
        var line = response.IndexOf("\r\n"u8);
        return new InvalidDataException($"{_target} was answered '{Encoding.Latin1.GetString(line < 0 ? response : response[..line])}'.");
    }
}
