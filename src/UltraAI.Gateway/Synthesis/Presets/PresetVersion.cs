using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>Tells a preset from the one that it was before it was changed.</summary>
internal static class PresetVersion
{
    private const int Characters = 16;

    /// <summary>The same as long as every setting of the preset is the same, the default ones included.</summary>
    /// <returns>The beginning of a SHA-256, in hexadecimal digits.</returns>
    public static string Of(Preset preset) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(preset.Options, PresetText.Default.PresetOptions)))[..Characters];
}

/// <summary>A preset's settings as text.</summary>
[JsonSerializable(typeof(PresetOptions))]
internal sealed partial class PresetText : JsonSerializerContext;
