using System.Text.Json;

namespace UltraAI.Gateway.Providers;

/// <summary>What a property name means to metering.</summary>
internal enum UsageName
{
    /// <summary>Nothing.</summary>
    Other,

    /// <summary>Its value is the usage object, when it stands at the top of the response or in a <see cref="Envelope"/>.</summary>
    Usage,

    /// <summary>Its value holds the usage object, when it stands at the top itself.</summary>
    Envelope,

    /// <summary>Its value, if it is text, was written by the model: the measure for an estimate of the output.</summary>
    Content,
}

/// <summary>How far a provider had counted when it reported.</summary>
internal enum UsageStage
{
    /// <summary>The input; the output has only begun, and is reported later.</summary>
    Opening,

    /// <summary>Everything so far: final if the response ends with it.</summary>
    Running,

    /// <summary>Everything.</summary>
    Final,
}

/// <summary>How one dialect reports its usage: where the object stands, and what its numbers mean.</summary>
internal abstract class UsageFormat
{
    // What a double holds exactly. No provider reports as much; a larger number is a mistake, and would only make sums overflow.
    private const long MostTokens = 1L << 53;

    /// <summary>Whether the response may be a JSON array of what is otherwise the response.</summary>
    public virtual bool MayBeArray => false;

    /// <summary>What a usage object says about the counting, by whether it stood in an envelope.</summary>
    public abstract UsageStage StageOf(bool isEnveloped);

    public abstract UsageName NameOf(ReadOnlySpan<byte> name, bool isStream);

    /// <summary>Reads a usage object and adds it to what is known.</summary>
    /// <param name="json">The object, from brace to brace.</param>
    /// <param name="counts">What was reported before; unchanged if this is no report.</param>
    /// <returns>Whether it is a report.</returns>
    public bool TryRead(ReadOnlySpan<byte> json, ref UsageCounts counts)
    {
        var read = default(UsageCounts);
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            ReadObject(ref reader, [], ref read);
        }
        catch (JsonException)
        {
            return false;
        }

        if (!read.IsReport)
        {
            return false;
        }

        counts = Merge(counts, read);
        return true;
    }

    /// <summary>What is known, in the gateway's terms.</summary>
    public abstract TokenUsage ToUsage(in UsageCounts counts);

    /// <summary>Takes one number: <paramref name="parent"/> is empty for those of the usage object itself.</summary>
    protected abstract void Take(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name, long count, ref UsageCounts counts);

    /// <summary>Takes one text of the usage object.</summary>
    protected virtual void TakeText(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref UsageCounts counts)
    {
    }

    /// <summary>Joins an earlier report of the same response with the next; the last one counts, unless a dialect says otherwise.</summary>
    protected virtual UsageCounts Merge(in UsageCounts before, in UsageCounts next) => next;

    /// <summary>Reads an array of the usage object; the reader stands at its start, and is left at its end.</summary>
    protected virtual void TakeArray(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref UsageCounts counts) => reader.Skip();

    /// <summary>A count, or null where the number is none: negative, broken or absurd.</summary>
    protected static long? Count(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count is >= 0 and <= MostTokens ? count : null;

    private void ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> parent, ref UsageCounts counts)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.Number when Count(ref reader) is { } count:
                    Take(parent, name, count, ref counts);
                    break;
                case JsonTokenType.String when parent.IsEmpty:
                    TakeText(name, reader.ValueSpan, ref counts);
                    break;
                case JsonTokenType.StartObject when parent.IsEmpty && !name.IsEmpty:
                    ReadObject(ref reader, name, ref counts);
                    break;
                case JsonTokenType.StartArray when parent.IsEmpty:
                    TakeArray(name, ref reader, ref counts);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }
}
