using System.Text.RegularExpressions;
using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Presets;

/// <summary>Checks the options of presets and makes what runs use. It goes on after each fault, so all are found at once.</summary>
/// <param name="addError">Where faults go: path and message.</param>
/// <param name="isProvider">Whether a provider of this name is configured.</param>
/// <param name="hasPrice">Whether the price of a model is known.</param>
internal sealed partial class PresetBuilder(Action<string, string> addError, Predicate<string> isProvider, Predicate<ModelReference> hasPrice)
{
    /// <summary>The path of the presets in the configuration.</summary>
    public const string Section = "Gateway:Ultra:Presets";

    private const int MaxGraceMs = 600_000;
    private const int MaxTimeoutMs = 3_600_000;
    private const int MaxTokens = 1_000_000;
    private const double MaxPriorWeight = 0.3;

    private bool _hasErrors;

    public IReadOnlyDictionary<string, Preset> BuildAll(IReadOnlyDictionary<string, PresetOptions> options)
    {
        var presets = new Dictionary<string, Preset>(StringComparer.Ordinal);
        foreach (var (name, preset) in options)
        {
            var path = $"{Section}:{name}";
            if (!NamePattern().IsMatch(name))
            {
                Error(path, "a preset's name has 1 to 64 of the characters A-Z, a-z, 0-9, '.', '_' and '-'.");
            }

            if (Build(name, preset, path) is { } built)
            {
                presets.Add(name, built);
            }
        }

        return presets;
    }

    /// <returns>Null if there are faults.</returns>
    public Preset? Build(string name, PresetOptions options, string path)
    {
        _hasErrors = false;
        var members = BuildMembers(options.Members, path + ":Members");
        if (options.Quorum is { } quorum)
        {
            Range(path + ":Quorum", quorum, 1, Math.Max(1, members.Count));
        }

        Range(path + ":GraceMs", options.GraceMs, 0, MaxGraceMs);
        Range(path + ":Review:GraceMs", options.Review.GraceMs, 0, MaxGraceMs);
        Range(path + ":Review:PriorWeight", options.Review.PriorWeight, 0, MaxPriorWeight);
        CheckBudget(options.Budget, path + ":Budget");
        var preset = new Preset
        {
            Name = name,
            Options = options,
            Members = members,
            Lead = BuildLead(options.Lead, path + ":Lead"),
            ReviewMode = Choice(path + ":Review:Mode", options.Review.Mode, ("off", ReviewMode.Off), ("review", ReviewMode.Review), ("review_revise", ReviewMode.ReviewRevise)),
            RevisionMode = Choice(path + ":Review:Revision", options.Review.Revision, ("flagged", RevisionMode.Flagged), ("always", RevisionMode.Always), ("never", RevisionMode.Never)),
            Require = Choice(path + ":Require", options.Require, ("any", RequireMode.Any), ("quorum", RequireMode.Quorum), ("full", RequireMode.Full)),
            Timeouts = BuildTimeouts(options.Timeouts, path + ":Timeouts"),
        };
        CheckPrices(preset, path + ":Budget:MaxCostUsd");
        return _hasErrors ? null : preset;
    }

    private Lead BuildLead(LeadOptions? options, string path)
    {
        if (options is null || options.Models.Count == 0)
        {
            Error(path, "is missing: name the model that writes the answer, such as \"openai/gpt-5.5\".");
            return new Lead([], AllowMembers: true, FallsBackToTopDraft: true);
        }

        var fallsBack = Choice(path + ":OnFailure", options.OnFailure, ("top_ranked", true), ("fail", false));
        return new Lead(BuildModels(options.Models, path + ":Models"), options.AllowMembers, fallsBack);
    }

    private StageTimeouts BuildTimeouts(TimeoutOptions options, string path)
    {
        Range(path + ":InitialMs", options.InitialMs, 1, MaxTimeoutMs);
        Range(path + ":ReviewMs", options.ReviewMs, 1, MaxTimeoutMs);
        Range(path + ":SynthesisMs", options.SynthesisMs, 1, MaxTimeoutMs);
        Range(path + ":TotalMs", options.TotalMs, 1, MaxTimeoutMs);
        Range(path + ":LeadReserveMs", options.LeadReserveMs, 0, MaxTimeoutMs);
        Range(path + ":ReviewReserveMs", options.ReviewReserveMs, 0, MaxTimeoutMs);
        if ((long)options.LeadReserveMs + options.ReviewReserveMs >= options.TotalMs)
        {
            Error(path, $"LeadReserveMs {options.LeadReserveMs} and ReviewReserveMs {options.ReviewReserveMs} leave nothing of TotalMs {options.TotalMs} for the drafts.");
        }

        return new StageTimeouts
        {
            Initial = TimeSpan.FromMilliseconds(options.InitialMs),
            Review = TimeSpan.FromMilliseconds(options.ReviewMs),
            Synthesis = TimeSpan.FromMilliseconds(options.SynthesisMs),
            Total = TimeSpan.FromMilliseconds(options.TotalMs),
            LeadReserve = TimeSpan.FromMilliseconds(options.LeadReserveMs),
            ReviewReserve = TimeSpan.FromMilliseconds(options.ReviewReserveMs),
        };
    }

    private void CheckBudget(RunBudgetOptions budget, string path)
    {
        Range(path + ":DraftMaxTokens", budget.DraftMaxTokens, 1, MaxTokens);
        Range(path + ":ReviewMaxTokens", budget.ReviewMaxTokens, 1, MaxTokens);
        Range(path + ":LeadMaxTokens", budget.LeadMaxTokens, 1, MaxTokens);
        if (budget.MaxCostUsd <= 0)
        {
            Error(path + ":MaxCostUsd", $"is {budget.MaxCostUsd}; it must be more than 0. Leave it out for no limit.");
        }
    }

    private void CheckPrices(Preset preset, string path)
    {
        if (preset.Options.Budget.MaxCostUsd is null)
        {
            return;
        }

        var unpriced = preset.Models.Where(model => !hasPrice(model)).ToArray();
        if (unpriced.Length > 0)
        {
            Error(path, $"needs prices; Gateway:Prices has none for {string.Join(", ", unpriced)}.");
        }
    }

    private T Choice<T>(string path, string value, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var names = new List<string>();
        foreach (var choice in choices)
        {
            if (choice.Name == value)
            {
                return choice.Value;
            }

            names.Add(choice.Name);
        }

        Error(path, $"is '{value}'; it must be one of {string.Join(", ", names)}.");
        return choices[0].Value;
    }

    private void Range<T>(string path, T value, T least, T most)
        where T : IComparable<T>
    {
        // Not "outside": NaN is neither below nor above.
        if (!(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0))
        {
            Error(path, FormattableString.Invariant($"is {value}; it must be between {least} and {most}."));
        }
    }

    private void Error(string path, string message)
    {
        _hasErrors = true;
        addError(path, message);
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
