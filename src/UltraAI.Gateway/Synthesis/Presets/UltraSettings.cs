namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>What /ultra needs of the configuration.</summary>
/// <param name="Presets">By name, which is what clients give as <c>model</c>.</param>
/// <param name="Models">What models can read.</param>
internal sealed record UltraSettings(IReadOnlyDictionary<string, Preset> Presets, ModelModalities Models);

/// <summary>The settings that are in force now.</summary>
internal interface IUltraSource
{
    UltraSettings Ultra { get; }
}
