using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Reads a request's body: hashes all of it, keeps the start, lets the rest go.</summary>
internal static class BodyReader
{
    private const int RecordedBytes = 1024 * 1024;
    private const int JsonBytes = 64 * 1024 * 1024;
    private const int OtherBytes = 8 * 1024 * 1024;

    /// <returns>What the dialect sees: JSON up to 64 MiB, of anything else the first 8 MiB.</returns>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, RecordedRequest record)
    {
        var isJson = context.Request.ContentType is not { } type || type.Contains("json", StringComparison.OrdinalIgnoreCase);
        var limit = isJson ? JsonBytes : OtherBytes;
        using var kept = new MemoryStream();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            foreach (var segment in result.Buffer)
            {
                hash.AppendData(segment.Span);
                kept.Write(segment.Span[..(int)Math.Min(segment.Length, limit - kept.Length)]);
            }

            record.AddReceived((int)result.Buffer.Length);
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        var body = kept.GetBuffer().AsMemory(0, (int)kept.Length);
        record.SetBody(body[..Math.Min(body.Length, RecordedBytes)].ToArray(), Convert.ToHexStringLower(hash.GetHashAndReset()));
        return body;
    }
}
