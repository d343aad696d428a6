using System.Globalization;
using System.Text.RegularExpressions;

namespace UltraAI.Gateway.Synthesis.Presets;

internal sealed partial class PresetBuilder
{
    private const int LeastMembers = 2;
    private const int MostMembers = 8;

    private const string OwnProvider = "ultra";

    private List<Member> BuildMembers(IReadOnlyList<MemberOptions> options, string path)
    {
        var members = new List<Member>();
        var total = 0L;
        for (var i = 0; i < options.Count; i++)
        {
            total += options[i].Samples;
            BuildMember(options[i], $"{path}:{i}", members);
        }

        if (total is < LeastMembers or > MostMembers)
        {
            Error(path, $"a panel has {LeastMembers} to {MostMembers} members, samples counted; this one has {total}.");
        }

        return members;
    }

    private void BuildMember(MemberOptions options, string path, List<Member> members)
    {
        var model = BuildModel(options.Model, path + ":Model");
        var fallbacks = BuildModels(options.Fallbacks, path + ":Fallbacks");
        Range(path + ":Prior", options.Prior, 0, 1);
        Range(path + ":Samples", options.Samples, 1, MostMembers);
        if (options.Id is { } id && !IdPattern().IsMatch(id))
        {
            Error(path + ":Id", "an id has 1 to 32 of the characters A-Z, a-z, 0-9, '_' and '-'.");
        }

        for (var sample = 0; sample < Math.Min(options.Samples, MostMembers); sample++)
        {
            var slot = IdOf(options, sample, members.Count);
            if (members.Exists(member => member.Id == slot))
            {
                Error(path + ":Id", $"'{slot}' is the id of another member.");
            }

            members.Add(new Member
            {
                Id = slot,
                Model = model,
                Fallbacks = fallbacks,
                Prior = options.Prior,
                Required = options.Required,
                Sample = sample,
                Samples = options.Samples,
            });
        }
    }

    private static string IdOf(MemberOptions options, int sample, int before) =>
        options.Id is null ? string.Create(CultureInfo.InvariantCulture, $"m{before + 1}")
        : options.Samples > 1 ? string.Create(CultureInfo.InvariantCulture, $"{options.Id}-{sample + 1}")
        : options.Id;

    private List<ModelReference> BuildModels(IReadOnlyList<string> texts, string path)
    {
        var models = new List<ModelReference>();
        for (var i = 0; i < texts.Count; i++)
        {
            models.Add(BuildModel(texts[i], $"{path}:{i}"));
        }

        return models;
    }

    private ModelReference BuildModel(string? text, string path)
    {
        if (!ModelReference.TryParse(text, out var model))
        {
            Error(path, text is null ? "is missing: PROVIDER/MODEL, such as \"openai/gpt-5.5\"." : $"'{text}' is not PROVIDER/MODEL, such as \"openai/gpt-5.5\".");
        }
        else if (model.Value.Provider == OwnProvider)
        {
            Error(path, $"'{text}' is a preset; a panel is made of models, not of panels.");
        }
        else if (!isProvider(model.Value.Provider))
        {
            Error(path, $"there is no provider '{model.Value.Provider}' under Gateway:Providers.");
        }

        return model ?? new ModelReference("", "");
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,32}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
