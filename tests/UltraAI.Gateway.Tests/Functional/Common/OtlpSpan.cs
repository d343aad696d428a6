using System.Globalization;
using System.Text;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A span as OTLP carries it.</summary>
/// <remarks>https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto</remarks>
internal sealed record OtlpSpan(string Scope, string Name, int Kind, string TraceId, string SpanId, string ParentId, bool IsError, IReadOnlyDictionary<string, string> Tags)
{
    public const int Server = 2;
    public const int Client = 3;

    public string? this[string tag] => Tags.GetValueOrDefault(tag);

    /// <summary>The spans of one export request.</summary>
    public static IEnumerable<OtlpSpan> ReadAll(byte[] request) =>
        from resource in Fields(request).Where(field => field.Number == 1)
        from scope in Fields(resource.Bytes).Where(field => field.Number == 2)
        let name = Fields(scope.Bytes).Where(field => field.Number == 1).SelectMany(field => Fields(field.Bytes)).FirstOrDefault(field => field.Number == 1)
        from span in Fields(scope.Bytes).Where(field => field.Number == 2)
        select Read(Encoding.UTF8.GetString(name.Bytes.Span), span.Bytes);

    private static OtlpSpan Read(string scope, ReadOnlyMemory<byte> span)
    {
        var fields = Fields(span).ToArray();
        var status = fields.Where(field => field.Number == 15).SelectMany(field => Fields(field.Bytes));
        return new OtlpSpan(
            scope,
            Encoding.UTF8.GetString(Bytes(5).Span),
            (int)fields.FirstOrDefault(field => field.Number == 6).Value,
            Convert.ToHexStringLower(Bytes(1).Span),
            Convert.ToHexStringLower(Bytes(2).Span),
            Convert.ToHexStringLower(Bytes(4).Span),
            status.Any(field => field is { Number: 3, Value: 2 }),
            fields.Where(field => field.Number == 9).Select(field => Tag(field.Bytes)).ToDictionary());

        ReadOnlyMemory<byte> Bytes(int number) => fields.FirstOrDefault(field => field.Number == number).Bytes;
    }

    private static KeyValuePair<string, string> Tag(ReadOnlyMemory<byte> tag)
    {
        var fields = Fields(tag).ToArray();
        var value = Fields(fields.Single(field => field.Number == 2).Bytes).FirstOrDefault();
        var text = value.Number switch
        {
            1 => Encoding.UTF8.GetString(value.Bytes.Span),
            2 => value.Value != 0 ? "true" : "false",
            3 => ((long)value.Value).ToString(CultureInfo.InvariantCulture),
            4 => BitConverter.UInt64BitsToDouble(value.Value).ToString(CultureInfo.InvariantCulture),
            5 => string.Join(',', Fields(value.Bytes).Select(item => Encoding.UTF8.GetString(Fields(item.Bytes).First().Bytes.Span))),
            _ => "",
        };
        return new(Encoding.UTF8.GetString(fields.Single(field => field.Number == 1).Bytes.Span), text);
    }

    /// <summary>The fields of a protobuf message.</summary>
    private static IEnumerable<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint(message, ref at);
            var (value, bytes) = (0UL, ReadOnlyMemory<byte>.Empty);
            switch (tag & 7)
            {
                case 0:
                    value = Varint(message, ref at);
                    break;
                case 1:
                    value = BitConverter.ToUInt64(message.Span.Slice(at, 8));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    bytes = message.Slice(at, length);
                    at += length;
                    break;
                default:
                    at += 4;
                    break;
            }

            yield return ((int)(tag >> 3), value, bytes);
        }
    }

    private static ulong Varint(ReadOnlyMemory<byte> message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message.Span[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
