using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Keys;

/// <summary>The models that a virtual key may use: its <c>Models</c>.</summary>
/// <remarks>
/// A pattern is held against the model's bare name (<c>gpt-4o*</c>, at every provider) and against <c>PROVIDER/MODEL</c> with the provider's name in
/// the configuration (<c>openai/gpt-4o*</c>). Letters' case counts. <c>*</c> stands for any characters, slashes too. So <c>openai/*</c> also allows
/// a model whose own name begins so, such as <c>openai/gpt-oss-120b</c> at HuggingFace; <c>Providers</c> rules that out. On Azure the deployment is the
/// model. A suffix (<c>:groq</c>) is part of the name.
/// <para>
/// By a star only plain names are allowed: ASCII letters, digits and <c>- . _ : / @ + ~ =</c>, without empty and dot segments. Lists (<c>a,b</c>),
/// spaces and marks such as <c>#</c> mean another model to some servers; a name with them must be listed as it is.
/// </para>
/// </remarks>
internal sealed class ModelScope(IReadOnlyList<string> patterns)
{
    private const int MaxModel = 512;

    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._:/@+~=");

    public IReadOnlyList<string> Patterns { get; } = patterns;

    /// <summary>What is wrong with a pattern; null if nothing is.</summary>
    public static string? ErrorIn(string pattern) =>
        pattern.Length is 0 or > MaxModel ? $"is empty or longer than {MaxModel} characters."
        : pattern.AsSpan().ContainsAnyInRange('\0', ' ') ? "has white space, which no model's name has."
        : null;

    /// <remarks>Allocates nothing.</remarks>
    public bool Allows(string provider, string model)
    {
        if (model.Length is 0 or > MaxModel)
        {
            return false;
        }

        Span<char> full = stackalloc char[provider.Length + 1 + model.Length];
        provider.CopyTo(full);
        full[provider.Length] = '/';
        model.CopyTo(full[(provider.Length + 1)..]);

        var isPlain = IsPlain(model);
        for (var i = 0; i < Patterns.Count; i++)
        {
            if (Matches(Patterns[i], model, isPlain) || Matches(Patterns[i], full, isPlain))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(string pattern, ReadOnlySpan<char> model, bool isPlain) =>
        isPlain ? Glob.Matches(pattern, model, StringComparison.Ordinal) : !pattern.Contains('*', StringComparison.Ordinal) && model.SequenceEqual(pattern);

    /// <summary>Whether a name means the same model to every server.</summary>
    public static bool IsPlain(ReadOnlySpan<char> model)
    {
        if (model.ContainsAnyExcept(Plain))
        {
            return false;
        }

        foreach (var range in model.Split('/'))
        {
            if (model[range] is "" or "." or "..")
            {
                return false;
            }
        }

        return true;
    }
}
