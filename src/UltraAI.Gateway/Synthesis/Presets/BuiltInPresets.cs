namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>The presets of a gateway whose configuration has none.</summary>
internal static class BuiltInPresets
{
    public const string Default = "ultra";
    public const string Fast = "ultra-fast";
    public const string Self = "ultra-self";

    private const int SelfSamples = 3;

    /// <param name="providers">The providers that can be used: name and kind. Of several of a kind the first counts.</param>
    /// <returns>
    /// <c>ultra</c> (one model of each provider), <c>ultra-fast</c> (without review), <c>ultra-self</c> (one model, three samples); with a single provider all three
    /// are panels of its one model. Empty if there is no provider with a known model.
    /// </returns>
    public static IReadOnlyDictionary<string, PresetOptions> Create(IEnumerable<(string Name, string Kind)> providers)
    {
        var known = providers.ToArray();
        string[] models = [.. CurrentModels.All
            .Select(current => (Provider: known.FirstOrDefault(provider => provider.Kind == current.Kind).Name, current.Model))
            .Where(current => current.Provider is not null)
            .Select(current => $"{current.Provider}/{current.Model}")];
        if (models.Length == 0)
        {
            return new Dictionary<string, PresetOptions>();
        }

        MemberOptions[] self = [new() { Model = models[0], Samples = SelfSamples }];
        MemberOptions[] panel = models.Length == 1 ? self : [.. models.Select(model => new MemberOptions { Model = model })];
        return new Dictionary<string, PresetOptions>
        {
            [Default] = new() { Members = panel, Lead = new LeadOptions { Models = models } },
            [Fast] = new() { Members = panel, Lead = new LeadOptions { Models = models }, Review = new ReviewOptions { Mode = "off" } },
            [Self] = new() { Members = self, Lead = new LeadOptions { Models = [models[0]] } },
        };
    }
}
