namespace UltraAI.Gateway.Prices;

/// <summary>What an entry of <c>Gateway:Prices</c> must be like.</summary>
internal static class PriceValidation
{
    public static void Check(PriceOptions options, string path, ICollection<(string Path, string Message)> errors)
    {
        CheckModel(options.Model, path + ":Model", errors);
        foreach (var (name, price) in Prices(options))
        {
            CheckPrice(price, $"{path}:{name}", errors);
        }

        if (options.Input is null && options.PerRequest is null)
        {
            errors.Add((path + ":Input", "is missing: an entry has a price for input tokens (0 if they are free), or one per request."));
        }

        if (options.MaxOutputTokens < 1)
        {
            errors.Add((path + ":MaxOutputTokens", $"must be at least 1, but is {options.MaxOutputTokens}."));
        }
    }

    private static void CheckModel(string? model, string path, ICollection<(string Path, string Message)> errors)
    {
        if (string.IsNullOrEmpty(model))
        {
            errors.Add((path, "is missing; it is PROVIDER/MODEL, such as \"openai/gpt-4o*\"."));
        }
        else if (model.IndexOf('/', StringComparison.Ordinal) is var slash && (slash <= 0 || slash == model.Length - 1))
        {
            errors.Add((path, $"must be PROVIDER/MODEL, such as \"openai/gpt-4o*\", but is '{model}'."));
        }
    }

    private static IEnumerable<(string Name, decimal? Price)> Prices(PriceOptions options) =>
    [
        (nameof(options.Input), options.Input),
        (nameof(options.CachedInput), options.CachedInput),
        (nameof(options.CacheWrite5m), options.CacheWrite5m),
        (nameof(options.CacheWrite1h), options.CacheWrite1h),
        (nameof(options.Output), options.Output),
        (nameof(options.AudioInput), options.AudioInput),
        (nameof(options.AudioOutput), options.AudioOutput),
        (nameof(options.ImageOutput), options.ImageOutput),
        (nameof(options.PerRequest), options.PerRequest),
    ];

    private static void CheckPrice(decimal? price, string path, ICollection<(string Path, string Message)> errors)
    {
        if (price is not { } usd)
        {
            return;
        }

        if (usd is < 0 or > ModelPrice.Max)
        {
            errors.Add((path, FormattableString.Invariant($"must be from 0 to {ModelPrice.Max} US dollars, but is {usd}.")));
        }
        else if (decimal.Round(usd, ModelPrice.Decimals) != usd)
        {
            errors.Add((path, FormattableString.Invariant($"must have at most {ModelPrice.Decimals} decimals, but is {usd}.")));
        }
    }
}
