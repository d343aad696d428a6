namespace UltraAI.Gateway.Transport;

/// <summary>Reads the first part of an answer that is not passed on.</summary>
internal static class ResponseStart
{
    /// <returns>The body, or as much of it as is asked for.</returns>
    public static async Task<ReadOnlyMemory<byte>> ReadStartAsync(this HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        var body = new byte[limit];
        var length = 0;
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        int count;
        while (length < body.Length && (count = await stream.ReadAsync(body.AsMemory(length), cancellationToken)) > 0)
        {
            length += count;
        }

        return body.AsMemory(0, length);
    }
}
