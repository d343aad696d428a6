namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>What the name of a model of Anthropic's tells about the parameters that it takes.</summary>
/// <remarks>
/// By version, not by a list of names, so that a model which is new tomorrow is treated like the newest of today. Sources, of November 2026:
/// https://platform.claude.com/docs/en/build-with-claude/effort, …/adaptive-thinking, …/structured-outputs, …/about-claude/models/migration-guide
/// </remarks>
/// <param name="Number">Major × 100 + minor, such as 405 for 4.5; 0 for a model that is not Anthropic's own.</param>
internal readonly record struct ClaudeVersion(int Number)
{
    private const int Newest = int.MaxValue;

    /// <summary>Temperature and top_p: refused from 4.7 on.</summary>
    public bool TakesSampling => Number < 407;

    /// <summary>From 4.1 on, temperature and top_p exclude each other.</summary>
    public bool TakesTopPWithTemperature => Number < 401;

    /// <summary><c>thinking: {"type":"adaptive"}</c>: from 4.6 on.</summary>
    public bool ThinksAdaptively => Number >= 406;

    /// <summary><c>thinking: {"type":"enabled","budget_tokens":…}</c>: from 3.7 on, until adaptive thinking replaced it.</summary>
    public bool ThinksByBudget => Number is >= 307 and < 406;

    /// <summary><c>output_config.effort</c>: 4.6 and later. (Opus 4.5 has it too, but thinks by budget.)</summary>
    public bool TakesEffort => ThinksAdaptively;

    /// <summary>The effort <c>xhigh</c>: from 4.7 on.</summary>
    public bool TakesXHigh => Number >= 407;

    /// <summary><c>output_config.format</c>: from 4.5 on.</summary>
    public bool TakesSchema => Number >= 405;

    /// <summary>Reads <c>claude-FAMILY-MAJOR[-MINOR]…</c> and the older <c>claude-MAJOR[-MINOR]-FAMILY…</c>.</summary>
    public static ClaudeVersion Of(string model)
    {
        var start = model.IndexOf("claude-", StringComparison.Ordinal);
        if (start < 0)
        {
            return new ClaudeVersion(0);
        }

        int? major = null;
        var rest = model.AsSpan(start);
        foreach (var range in rest.SplitAny('-', '.', '@'))
        {
            // A date has eight digits.
            var isNumber = rest[range].Length <= 2 && int.TryParse(rest[range], out _);
            if (isNumber && major is null)
            {
                major = int.Parse(rest[range], System.Globalization.CultureInfo.InvariantCulture);
            }
            else if (major is { } known)
            {
                return new ClaudeVersion((known * 100) + (isNumber ? int.Parse(rest[range], System.Globalization.CultureInfo.InvariantCulture) : 0));
            }
        }

        // A name without a version, such as claude-mythos-preview.
        return new ClaudeVersion(major * 100 ?? Newest);
    }
}
