using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>Reads a multipart form (RFC 7578), strictly: what lenient and strict readers could take apart in different ways is a fault.</summary>
/// <remarks>
/// The body begins with a delimiter and ends with the closing one; lines end in CRLF; the boundary stands nowhere but in delimiters. Fields beside
/// <c>model</c>, <c>stream</c> and <c>n</c>, files above all, are passed over.
/// </remarks>
internal static class FormBody
{
    private const string NotAForm = "the form is cut off, or has something outside of its parts";
    private const int MaxParts = 256;

    public static void Read(in InspectedRequest request, RequestFacts facts)
    {
        MediaType.TryReadBoundary(request.ContentType, out var boundary);
        Span<byte> delimiter = stackalloc byte[2 + boundary.Length];
        "--"u8.CopyTo(delimiter);
        Encoding.ASCII.GetBytes(boundary, delimiter[2..]);

        var reader = new SequenceReader<byte>(request.Body);
        var fields = new Fields(facts);
        var fault = reader.IsNext(delimiter, advancePast: true) ? null : NotAForm;
        var parts = 0;
        while (fault is null && !IsEnd(ref reader))
        {
            fault = ++parts > MaxParts ? "the form has more than 256 parts" : ReadPart(ref reader, delimiter, ref fields);
        }

        if (fault is null && !reader.End)
        {
            fault = NotAForm;
        }

        if (request.IsWhole)
        {
            facts.Fault = fault ?? fields.Fault;
            facts.Model = facts.Fault is null ? facts.Model : null;
        }
    }

    // Behind a delimiter: "--", with or without a last line break, closes the form.
    private static bool IsEnd(ref SequenceReader<byte> reader)
    {
        if (!reader.IsNext("--"u8, advancePast: true))
        {
            return false;
        }

        reader.IsNext("\r\n"u8, advancePast: true);
        return true;
    }

    // From behind one delimiter to behind the next.
    private static string? ReadPart(ref SequenceReader<byte> reader, scoped ReadOnlySpan<byte> delimiter, ref Fields fields)
    {
        if (!reader.IsNext("\r\n"u8, advancePast: true))
        {
            return NotAForm;
        }

        var fault = FormPart.ReadHead(ref reader, out var part);
        if (fault is not null)
        {
            return fault;
        }

        // The line break before the delimiter is not the value's.
        if (!reader.TryReadTo(out ReadOnlySequence<byte> value, delimiter, advancePastDelimiter: true))
        {
            return NotAForm;
        }

        if (value.Length < 2 || !IsLineBreak(value.Slice(value.Length - 2)))
        {
            return "the form's boundary stands within a part";
        }

        fields.Take(part, value.Slice(0, value.Length - 2));
        return null;
    }

    private static bool IsLineBreak(ReadOnlySequence<byte> end)
    {
        Span<byte> two = stackalloc byte[2];
        end.CopyTo(two);
        return two.SequenceEqual("\r\n"u8);
    }

    private struct Fields(RequestFacts facts)
    {
        private readonly RequestFacts _facts = facts;
        private bool _hasModel;

        public string? Fault { get; private set; }

        public void Take(in FormPart part, in ReadOnlySequence<byte> value)
        {
            Span<byte> buffer = stackalloc byte[ModelNames.MaxBytes];
            switch (part.Name)
            {
                case JsonName.Model when _hasModel || part.HasFileName || !part.IsPlain:
                    Fault ??= "the field 'model' is given twice, as a file, or in another form than plain text";
                    break;
                case JsonName.Model:
                    _hasModel = true;
                    _facts.Model = IsText(value, buffer, out var text) ? ModelNames.Shared.Get(text) : null;
                    Fault ??= _facts.Model is null ? "the field 'model' is not a line of 1 to 512 bytes" : null;
                    break;
                case JsonName.ModelVariant or JsonName.FurtherModels:
                    Fault ??= "the form has a field that could be read as a further model";
                    break;
                case JsonName.Stream:
                    _facts.IsStream |= IsText(value, buffer, out var flag) && Ascii.EqualsIgnoreCase(flag, "true"u8);
                    break;
                case JsonName.Choices when IsText(value, buffer, out var number) && System.Buffers.Text.Utf8Parser.TryParse(number, out int count, out _):
                    _facts.Choices = Math.Max(_facts.Choices, count);
                    break;
            }
        }

        private static bool IsText(in ReadOnlySequence<byte> value, Span<byte> buffer, out ReadOnlySpan<byte> text)
        {
            text = default;
            if (value.Length > buffer.Length)
            {
                return false;
            }

            value.CopyTo(buffer);
            text = buffer[..(int)value.Length];
            return !text.ContainsAnyInRange((byte)0, (byte)31) && Utf8.IsValid(text);
        }
    }
}
