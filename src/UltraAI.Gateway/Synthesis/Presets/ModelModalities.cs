using System.Collections.Frozen;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>What models can read: <c>Gateway:Models</c>.</summary>
internal sealed class ModelModalities(IReadOnlyDictionary<string, ModelOptions> options)
{
    public const string Image = "image";
    public const string File = "file";

    public static readonly IReadOnlyList<string> Known = ["text", Image, File];

    private static readonly ModelOptions Usual = new();

    private readonly FrozenDictionary<string, ModelOptions> _models = options.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether a model reads all that a conversation holds.</summary>
    public bool Reads(ModelReference model, ChatRequest request)
    {
        var modalities = _models.GetValueOrDefault(model.ToString(), Usual).Modalities;
        return (!request.Has<ImagePart>() || modalities.Contains(Image)) && (!request.Has<FilePart>() || modalities.Contains(File));
    }
}
