using System.Globalization;
using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Reads the numbers of a request's body, each within its range.</summary>
internal readonly struct ChatNumberReader(ChatRequestErrors errors, JsonElement root)
{
    public double? Real(ReadOnlySpan<byte> name, string param, double least, double most)
    {
        var value = root.Get(name);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most)
        {
            return number;
        }

        errors.Invalid(param, string.Create(CultureInfo.InvariantCulture, $"'{param}' must be a number from {least} to {most}."));
        return null;
    }

    public long? Whole(ReadOnlySpan<byte> name, string param, long least, long most)
    {
        var value = root.Get(name);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
        {
            return number;
        }

        errors.Invalid(param, string.Create(CultureInfo.InvariantCulture, $"'{param}' must be a whole number from {least} to {most}."));
        return null;
    }
}
