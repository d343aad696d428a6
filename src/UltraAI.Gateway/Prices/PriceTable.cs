using System.Collections.Concurrent;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Prices;

/// <summary>The prices of one configuration. Doesn't change; what it has found once, it finds again without allocating.</summary>
internal sealed class PriceTable
{
    /// <summary>Names of models come from clients: this many answers are remembered, of names no longer than this.</summary>
    public const int MaxRemembered = 1024;

    private const int MaxRememberedLength = 256;

    private readonly Entry[] _entries;
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, ModelPrice?>> _found = new(StringComparer.Ordinal);
    private int _remembered;

    private PriceTable(Entry[] entries) => _entries = entries;

    public static PriceTable Empty { get; } = new([]);

    public int Count => _entries.Length;

    /// <summary>How many answers are remembered now.</summary>
    internal int Remembered => Volatile.Read(ref _remembered);

    /// <param name="options">The entries.</param>
    /// <param name="path">Where they stand, for errors: <c>Gateway:Prices</c>.</param>
    /// <param name="errors">Takes what is wrong. Entries with errors are not in the table.</param>
    public static PriceTable Build(IReadOnlyList<PriceOptions> options, string path, ICollection<(string Path, string Message)> errors)
    {
        var entries = new List<Entry>();
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < options.Count; i++)
        {
            var before = errors.Count;
            PriceValidation.Check(options[i], $"{path}:{i}", errors);
            if (options[i].Model is { } model && !seen.TryAdd(model, i))
            {
                errors.Add(($"{path}:{i}:Model", $"'{model}' has a price at {path}:{seen[model]} too."));
            }

            if (errors.Count == before)
            {
                entries.Add(new Entry(new ModelPrice(options[i])));
            }
        }

        // The most literal characters first, and those of equal length in the order in which they were written.
        return new PriceTable([.. entries.OrderByDescending(entry => entry.Literals)]);
    }

    /// <param name="provider">The provider's name in the configuration.</param>
    /// <param name="model">The model as the client named it.</param>
    /// <returns>Null if there is no price for it.</returns>
    public ModelPrice? Find(string provider, string model)
    {
        if (_found.TryGetValue(provider, out var models) && models.TryGetValue(model, out var price))
        {
            return price;
        }

        price = Search(provider, model);
        if (model.Length <= MaxRememberedLength)
        {
            Remember(provider, model, price);
        }

        return price;
    }

    private ModelPrice? Search(ReadOnlySpan<char> provider, ReadOnlySpan<char> model)
    {
        foreach (var entry in _entries)
        {
            if (Glob.Matches(entry.Provider.Span, provider, StringComparison.OrdinalIgnoreCase)
                && Glob.Matches(entry.Model.Span, model, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Price;
            }
        }

        return null;
    }

    // A full memory is emptied: names that are in use are soon back, names that a client made up are not.
    private void Remember(string provider, string model, ModelPrice? price)
    {
        if (Interlocked.Increment(ref _remembered) > MaxRemembered)
        {
            _found.Clear();
            Volatile.Write(ref _remembered, 1);
        }

        var models = _found.GetOrAdd(provider, static _ => new ConcurrentDictionary<string, ModelPrice?>(StringComparer.Ordinal));
        if (!models.TryAdd(model, price))
        {
            Interlocked.Decrement(ref _remembered);
        }
    }

    private sealed class Entry
    {
        public Entry(ModelPrice price)
        {
            var slash = price.Model.IndexOf('/', StringComparison.Ordinal);
            Price = price;
            Provider = price.Model.AsMemory(0, slash);
            Model = price.Model.AsMemory(slash + 1);
            Literals = price.Model.Count(character => character != '*');
        }

        public ModelPrice Price { get; }

        public ReadOnlyMemory<char> Provider { get; }

        public ReadOnlyMemory<char> Model { get; }

        public int Literals { get; }
    }
}

/// <summary>The prices that are in force now.</summary>
internal interface IPriceSource
{
    PriceTable Prices { get; }
}
