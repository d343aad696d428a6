using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace UltraAI.Gateway.Keys;

/// <summary>Scope, limits and budget of a virtual key as a JSON object with names in snake_case: what <see cref="StoredVirtualKey.Settings"/> holds.</summary>
internal static class VirtualKeySettings
{
    public static string Write(VirtualKeyOptions options) => JsonSerializer.Serialize(options.WithoutSecret(), VirtualKeyJsonContext.Default.VirtualKeyOptions);

    public static JsonObject ToTree(VirtualKeyOptions options) =>
        JsonSerializer.SerializeToNode(options.WithoutSecret(), VirtualKeyJsonContext.Default.VirtualKeyOptions)!.AsObject();

    /// <returns>False if it holds anything that this version does not know: it could be a restriction.</returns>
    public static bool TryRead(string settings, [NotNullWhen(true)] out VirtualKeyOptions? options)
    {
        try
        {
            options = JsonSerializer.Deserialize(settings, VirtualKeyJsonContext.Default.VirtualKeyOptions);
        }
        catch (JsonException)
        {
            options = null;
        }

        return options is not null;
    }
}

/// <summary>How a key's options are written and read outside of the configuration.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    Converters = [typeof(BudgetPeriodConverter)])]
[JsonSerializable(typeof(VirtualKeyOptions))]
internal sealed partial class VirtualKeyJsonContext : JsonSerializerContext;

/// <summary>Writes a period in small letters.</summary>
internal sealed class BudgetPeriodConverter() : JsonStringEnumConverter<BudgetPeriod>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
