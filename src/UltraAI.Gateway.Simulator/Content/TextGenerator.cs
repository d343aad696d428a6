namespace UltraAI.Gateway.Simulator.Content;

/// <summary>Plausible English about the topic of a question: the same seed and question give the same text.</summary>
internal static class TextGenerator
{
    private static readonly HashSet<string> SmallWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "about", "an", "and", "are", "as", "at", "be", "briefly", "by", "can", "could", "describe", "did", "do", "does", "explain", "for", "from", "give", "have",
        "hello", "hi", "how", "i", "in", "is", "it", "its", "list", "me", "my", "of", "on", "one", "or", "please", "say", "sentence", "should", "tell",
        "that", "the", "there", "they", "this", "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "word", "write", "you", "your",
    };

    private static readonly string[] Openings =
    [
        "The short answer on {0} is that it depends on how it is used.",
        "There are three things worth knowing about {0}.",
        "{1} is easier to understand when it is taken step by step.",
        "When people ask about {0}, they usually want a practical answer first.",
        "{1} has been studied for a long time, and the main points are settled.",
    ];

    private static readonly string[] Middles =
    [
        "First, look at what {0} does in the simplest case, because the rest follows from it.",
        "In practice {0} works well as long as the limits are known in advance.",
        "A common mistake is to treat {0} as a single step instead of a sequence of small ones.",
        "Most of the cost of {0} comes from preparation, not from the work itself.",
        "The evidence on {0} is consistent: small, regular changes are better than a large one.",
        "It helps to compare {0} with something familiar before going into detail.",
    ];

    private static readonly string[] Endings =
    [
        "In short, start small, measure, and let {0} grow from there.",
        "That is why {0} deserves a second look before any decision is made.",
        "If you need more detail on {0}, ask about one part at a time.",
        "With that in mind, {0} should hold few surprises.",
    ];

    public static string Write(ulong seed, string question)
    {
        var random = new SeededRandom(seed);
        var topic = Topic(question);
        var sentences = new List<string> { random.Pick(Openings), random.Pick(Middles) };
        if (random.Next(3) > 0)
        {
            var another = random.Pick(Middles);
            if (another != sentences[1])
            {
                sentences.Add(another);
            }
        }

        sentences.Add(random.Pick(Endings));
        var capital = char.ToUpperInvariant(topic[0]) + topic[1..];
        return string.Join(' ', sentences.Select(sentence => sentence.Replace("{0}", topic, StringComparison.Ordinal).Replace("{1}", capital, StringComparison.Ordinal)));
    }

    /// <summary>Up to four telling words of a question.</summary>
    public static string Topic(string question)
    {
        const int ReadCharacters = 2000;
        var words = question[..Math.Min(question.Length, ReadCharacters)]
            .Split([' ', '\t', '\r', '\n', '.', ',', ';', ':', '!', '?', '(', ')', '"', '\'', '`', '{', '}', '[', ']', '<', '>', '/', '\\', '*', '#', '='], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.Length is > 1 and <= 40 && !SmallWords.Contains(word))
            .Take(4);
        return string.Join(' ', words) is { Length: > 0 } topic ? topic : "this question";
    }
}
