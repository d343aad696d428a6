using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Providers.Google;

/// <summary>What the name of a model of Google's tells about the parameters that it takes.</summary>
/// <remarks>https://ai.google.dev/gemini-api/docs/thinking</remarks>
/// <param name="Number">Major × 10 + minor, such as 25 for 2.5; 0 for a model that is not Gemini.</param>
/// <param name="IsPro">Whether it is one of the larger models, which can't be told not to think.</param>
internal readonly record struct GeminiVersion(int Number, bool IsPro)
{
    private const int Newest = int.MaxValue;

    /// <summary><c>thinkingLevel</c>, and the rules for thought signatures: from 3 on.</summary>
    public bool ThinksByLevel => Number >= 30;

    /// <summary><c>thinkingBudget</c>: 2.5.</summary>
    public bool ThinksByBudget => Number is >= 25 and < 30;

    /// <summary>Tools together with an answer in JSON: from 3 on.</summary>
    public bool TakesToolsWithJson => Number >= 30;

    public static GeminiVersion Of(string model)
    {
        const string Family = "gemini-";
        var start = model.IndexOf(Family, StringComparison.Ordinal);
        if (start < 0)
        {
            return default;
        }

        var rest = model.AsSpan(start + Family.Length);
        var isPro = rest.Contains("pro", StringComparison.Ordinal);
        if (rest.IsEmpty || !char.IsAsciiDigit(rest[0]))
        {
            // Such as gemini-flash-latest.
            return new GeminiVersion(Newest, isPro);
        }

        var minor = rest.Length > 2 && rest[1] == '.' && char.IsAsciiDigit(rest[2]) ? rest[2] - '0' : 0;
        return new GeminiVersion(((rest[0] - '0') * 10) + minor, isPro);
    }

    /// <summary>The level of an effort. Pro models know neither minimal nor, in 3.0, medium.</summary>
    public string LevelOf(ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.None or ReasoningEffort.Minimal => IsPro ? "low" : "minimal",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => IsPro && Number == 30 ? "high" : "medium",
        _ => "high",
    };

    /// <summary>The budget of an effort, in tokens. 2.5 Pro thinks at least 128.</summary>
    public int BudgetOf(ReasoningEffort effort) => IsPro ? Math.Max(128, ReasoningEfforts.BudgetOf(effort)) : ReasoningEfforts.BudgetOf(effort);
}
