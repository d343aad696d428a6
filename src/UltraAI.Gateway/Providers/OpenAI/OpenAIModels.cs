namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary>What the name of a model of OpenAI's own tells about the parameters that it takes.</summary>
internal static class OpenAIModels
{
    /// <summary>Whether it is a reasoning model: the o series, and GPT-5 and later but for the chat variants. These refuse temperature, top_p, penalties and <c>max_tokens</c>.</summary>
    /// <remarks>https://platform.openai.com/docs/guides/reasoning and https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning</remarks>
    public static bool IsReasoning(string model)
    {
        // Routers put the maker before the name: openai/gpt-5.
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        if (name.Length >= 2 && name[0] == 'o' && char.IsAsciiDigit(name[1]))
        {
            return true;
        }

        const string Family = "gpt-";
        return name.StartsWith(Family, StringComparison.Ordinal)
            && Major(name[Family.Length..]) >= 5
            && !name.Contains("chat", StringComparison.Ordinal);
    }

    private static int Major(ReadOnlySpan<char> version)
    {
        var digits = version.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(digits < 0 ? version : version[..digits], out var major) ? major : 0;
    }
}
