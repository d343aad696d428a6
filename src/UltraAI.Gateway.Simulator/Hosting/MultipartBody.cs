using System.Text;
using Microsoft.Net.Http.Headers;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>One part of a multipart body.</summary>
internal sealed record MultipartPart(string Name, string? FileName, string? ContentType, byte[] Content, long Length)
{
    public string Text => Encoding.UTF8.GetString(Content);
}

/// <summary>Reads a multipart/form-data body.</summary>
internal static class MultipartBody
{
    /// <summary>The parts of a body; of one that was not kept whole, those that were.</summary>
    public static IReadOnlyList<MultipartPart> Parse(SimulatedCall call)
    {
        if (!MediaTypeHeaderValue.TryParse(call.Context.Request.ContentType, out var type) || type.MediaType != "multipart/form-data" || type.Boundary.Length == 0)
        {
            return [];
        }

        var delimiter = Encoding.UTF8.GetBytes("--" + HeaderUtilities.RemoveQuotes(type.Boundary));
        var parts = new List<MultipartPart>();
        var position = call.Body.Span.IndexOf(delimiter);
        while (position >= 0)
        {
            var start = position + delimiter.Length;
            var length = call.Body.Span[start..].IndexOf([(byte)'\r', (byte)'\n', .. delimiter]);
            var isCut = length < 0;
            var section = isCut ? call.Body[start..] : call.Body.Slice(start, length);
            if (Part(section.Span, isCut ? call.Record.BodyLength - call.Body.Length - delimiter.Length - "\r\n--\r\n".Length : 0) is { } part)
            {
                parts.Add(part);
            }

            position = isCut ? -1 : start + length + 2;
        }

        return parts;
    }

    private static MultipartPart? Part(ReadOnlySpan<byte> section, long notKept)
    {
        var end = section.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        ContentDispositionHeaderValue? disposition = null;
        string? contentType = null;
        foreach (var line in Encoding.UTF8.GetString(section[..end]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : line[..colon].Trim();
            if (name.Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase))
            {
                _ = ContentDispositionHeaderValue.TryParse(line[(colon + 1)..].Trim(), out disposition);
            }
            else if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                contentType = line[(colon + 1)..].Trim();
            }
        }

        var content = section[(end + 4)..].ToArray();
        return disposition is null
            ? null
            : new MultipartPart(
                HeaderUtilities.RemoveQuotes(disposition.Name).ToString(),
                disposition.FileName.HasValue ? HeaderUtilities.RemoveQuotes(disposition.FileName).ToString() : null,
                contentType,
                content,
                content.Length + Math.Max(0, notKept));
    }
}
