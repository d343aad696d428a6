namespace UltraAI.Gateway.Synthesis.Ordering;

/// <summary>Which drafts each reviewer sees, in which order and under which letters.</summary>
/// <remarks>
/// One seeded permutation of all drafts. A reviewer sees the others in that order, cyclic, starting after itself: so over all reviewers each draft takes each
/// position exactly once, and nobody sees its own draft among the others.
/// </remarks>
internal sealed class ReviewOrder
{
    private readonly int[] _permutation;
    private readonly int[] _positions;

    private ReviewOrder(int[] permutation)
    {
        _permutation = permutation;
        _positions = new int[permutation.Length];
        for (var position = 0; position < permutation.Length; position++)
        {
            _positions[permutation[position]] = position;
        }
    }

    /// <summary>The drafts in the order of the permutation.</summary>
    public IReadOnlyList<int> Permutation => _permutation;

    /// <param name="drafts">How many drafts there are.</param>
    /// <param name="random">The run's generator.</param>
    public static ReviewOrder Create(int drafts, SplitMix64 random)
    {
        // Fisher and Yates, in Durstenfeld's form.
        var permutation = Enumerable.Range(0, drafts).ToArray();
        for (var last = drafts - 1; last > 0; last--)
        {
            var chosen = random.Next(last + 1);
            (permutation[last], permutation[chosen]) = (permutation[chosen], permutation[last]);
        }

        return new ReviewOrder(permutation);
    }

    /// <summary>The drafts that a reviewer sees, in the order in which it sees them: the first is its A.</summary>
    public int[] DraftsFor(int reviewer)
    {
        var drafts = new int[_permutation.Length - 1];
        for (var i = 0; i < drafts.Length; i++)
        {
            drafts[i] = _permutation[(_positions[reviewer] + 1 + i) % _permutation.Length];
        }

        return drafts;
    }

    /// <summary>The letter of a position: A is the first.</summary>
    public static char Letter(int position) => (char)('A' + position);
}
