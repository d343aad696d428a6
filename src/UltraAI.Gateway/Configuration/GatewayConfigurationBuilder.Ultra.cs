using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Configuration;

internal sealed partial class GatewayConfigurationBuilder
{
    /// <param name="options">All options.</param>
    /// <param name="providers">Those that can be used: of a built-in panel, those with a credential.</param>
    /// <param name="prices">The prices, for presets with a budget.</param>
    private UltraSettings BuildUltra(GatewayOptions options, List<Provider> providers, PriceTable prices)
    {
        var models = BuildModels(options);
        var presets = options.Ultra.Presets.Count > 0
            ? options.Ultra.Presets
            : BuiltInPresets.Create(providers.Where(provider => provider.Credentials.Count > 0).Select(provider => (provider.Name, provider.Kind.Name)));
        var builder = new PresetBuilder(
            errors.Add,
            options.Providers.ContainsKey,
            model => prices.Find(model.Provider, model.Model) is not null);
        return new UltraSettings(builder.BuildAll(presets), models);
    }

    private ModelModalities BuildModels(GatewayOptions options)
    {
        foreach (var (name, model) in options.Models)
        {
            var path = $"Gateway:Models:{name}";
            if (!ModelReference.TryParse(name, out var reference))
            {
                errors.Add(path, "is not PROVIDER/MODEL, such as \"openai/gpt-5.5\".");
            }
            else if (!options.Providers.ContainsKey(reference.Value.Provider))
            {
                errors.Add(path, $"there is no provider '{reference.Value.Provider}' under Gateway:Providers.");
            }

            for (var i = 0; i < model.Modalities.Count; i++)
            {
                if (!ModelModalities.Known.Contains(model.Modalities[i]))
                {
                    errors.Add($"{path}:Modalities:{i}", $"is '{model.Modalities[i]}'; it must be one of {string.Join(", ", ModelModalities.Known)}.");
                }
            }
        }

        return new ModelModalities(options.Models);
    }
}
