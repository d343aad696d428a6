using System.Buffers;
using System.Text;

namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>The head of one part of a form.</summary>
internal struct FormPart
{
    private const int MaxHead = 4096;
    private const string Doubtful = "a part of the form has a head that could be read in more than one way";

    /// <summary>The field's name, as far as it matters.</summary>
    public JsonName Name { get; private set; }

    /// <summary>Whether the part is sent as a file.</summary>
    public bool HasFileName { get; private set; }

    /// <summary>Whether it is text in UTF-8, not encoded.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Reads to behind the empty line.</summary>
    /// <returns>Why not; null if it could be read.</returns>
    public static string? ReadHead(ref SequenceReader<byte> reader, out FormPart part)
    {
        part = new FormPart { IsPlain = true };
        Span<byte> buffer = stackalloc byte[MaxHead];
        var hasDisposition = false;
        for (var left = MaxHead; ;)
        {
            if (!reader.TryReadTo(out ReadOnlySequence<byte> sequence, "\r\n"u8) || sequence.Length > left)
            {
                return "a part of the form has no end to its head, or one of more than 4 KiB";
            }

            left -= (int)sequence.Length;
            sequence.CopyTo(buffer);
            ReadOnlySpan<byte> line = buffer[..(int)sequence.Length];
            if (line.IsEmpty)
            {
                return hasDisposition ? null : Doubtful;
            }

            if (!part.ReadLine(line, ref hasDisposition))
            {
                return Doubtful;
            }
        }
    }

    private bool ReadLine(ReadOnlySpan<byte> line, ref bool hasDisposition)
    {
        // A folded line, a bare line break, or a space before the colon.
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line.ContainsAnyInRange((byte)0, (byte)31) || line[..colon].Contains((byte)' '))
        {
            return false;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim((byte)' ');
        if (!Ascii.EqualsIgnoreCase(name, "Content-Disposition"u8))
        {
            ReadField(name, value);
            return true;
        }

        var isRead = !hasDisposition && ReadDisposition(value);
        hasDisposition = true;
        return isRead;
    }

    private void ReadField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(name, "Content-Type"u8))
        {
            Span<char> type = stackalloc char[64];
            IsPlain &= value.Length <= type.Length && Encoding.Latin1.TryGetChars(value, type, out var length) && MediaType.IsPlainText(type[..length]);
        }
        else if (Ascii.EqualsIgnoreCase(name, "Content-Transfer-Encoding"u8))
        {
            IsPlain &= Ascii.EqualsIgnoreCase(value, "7bit"u8) || Ascii.EqualsIgnoreCase(value, "8bit"u8) || Ascii.EqualsIgnoreCase(value, "binary"u8);
        }
    }

    // form-data; name="file"; filename="a.wav"; filename*=utf-8''a.wav
    private bool ReadDisposition(ReadOnlySpan<byte> value)
    {
        var hasName = false;
        if (!NextParameter(ref value, out var type, out _) || !Ascii.EqualsIgnoreCase(type, "form-data"u8))
        {
            return false;
        }

        while (!value.IsEmpty)
        {
            if (!NextParameter(ref value, out var parameter, out var content))
            {
                return false;
            }

            if (Ascii.EqualsIgnoreCase(parameter, "name"u8))
            {
                if (hasName || !ReadName(content))
                {
                    return false;
                }

                hasName = true;
            }
            else if (Ascii.EqualsIgnoreCase(parameter, "filename"u8) || Ascii.EqualsIgnoreCase(parameter, "filename*"u8))
            {
                HasFileName = true;
            }
            else
            {
                return false; // name*=, name*0=
            }
        }

        return hasName;
    }

    private bool ReadName(ReadOnlySpan<byte> name)
    {
        foreach (var value in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)value) && (char)value is not ('_' or '-' or '.' or '[' or ']'))
            {
                return false;
            }
        }

        // "model[]" and "model.x" are members of "model" to some frameworks.
        var end = name.IndexOfAny((byte)'[', (byte)'.');
        Name = end < 0 ? JsonNames.Find(name)
            : JsonNames.Find(name[..end]) is JsonName.Model or JsonName.ModelVariant or JsonName.FurtherModels ? JsonName.FurtherModels
            : JsonName.Other;
        return name.Length > 0;
    }

    // "; NAME=VALUE" or "; NAME=\"VALUE\"". A backslash in quotes is an escape to some readers and a character to others.
    private static bool NextParameter(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        var end = text.IndexOfAny((byte)';', (byte)'=');
        name = (end < 0 ? text : text[..end]).Trim((byte)' ');
        if (end < 0 || text[end] == ';')
        {
            text = end < 0 ? default : text[(end + 1)..];
            return !name.IsEmpty && !name.Contains((byte)'"');
        }

        text = text[(end + 1)..];
        if (text.Length > 0 && text[0] == '"')
        {
            var quote = text[1..].IndexOf((byte)'"');
            if (quote < 0)
            {
                return false;
            }

            value = text.Slice(1, quote);
            text = text[(quote + 2)..].TrimStart((byte)' ');
            if (value.Contains((byte)'\\') || (text.Length > 0 && text[0] != ';'))
            {
                return false;
            }

            text = text.Length > 0 ? text[1..] : text;
            return true;
        }

        end = text.IndexOf((byte)';');
        value = (end < 0 ? text : text[..end]).Trim((byte)' ');
        text = end < 0 ? default : text[(end + 1)..];
        return !value.IsEmpty && !value.ContainsAny((byte)'"', (byte)'\\', (byte)'=');
    }
}
