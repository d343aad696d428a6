using System.Diagnostics.CodeAnalysis;

namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>A model of a provider, <c>PROVIDER/MODEL</c>.</summary>
/// <param name="Provider">A name under <c>Gateway:Providers</c>.</param>
/// <param name="Model">The model's name as the provider knows it; it may have slashes of its own.</param>
internal readonly record struct ModelReference(string Provider, string Model)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out ModelReference? model)
    {
        model = text?.IndexOf('/', StringComparison.Ordinal) is { } slash and > 0 && slash < text.Length - 1
            ? new ModelReference(text[..slash], text[(slash + 1)..])
            : null;
        return model is not null;
    }

    public override string ToString() => $"{Provider}/{Model}";
}
