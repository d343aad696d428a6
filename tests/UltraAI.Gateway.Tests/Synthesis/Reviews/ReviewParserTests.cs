using System.Globalization;
using System.Text;
using UltraAI.Gateway.Synthesis.Ordering;
using UltraAI.Gateway.Synthesis.Reviews;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Reviews;

public sealed class ReviewParserTests
{
    public static TheoryData<string> Names => new(ReviewCorpus.All.Select(answer => answer.Name));

    [Fact]
    public void Corpus_Has200Answers() => Assert.True(ReviewCorpus.All.Select(answer => answer.Name).Distinct().Count() >= 200);

    [Theory]
    [MemberData(nameof(Names))]
    public void Answer_IsReadAsItIsMeant(string name)
    {
        var answer = ReviewCorpus.All.Single(answer => answer.Name == name);

        Assert.Equal(answer.Expected, Describe(ReviewParser.Parse(answer.Text, answer.Drafts, ReviewCorpus.Nonce)));
    }

    [Fact]
    public void Revision_IsTheTextBetweenTheFencesLineEnds()
    {
        const string Answer = $"{{}}\n<revision k=\"{ReviewCorpus.Nonce}\">\n\nLine 1\n\nLine 2\n\n</revision k=\"{ReviewCorpus.Nonce}\">\nrest";

        var review = ReviewParser.Parse(Answer, 2, ReviewCorpus.Nonce);

        Assert.Equal("\nLine 1\n\nLine 2\n", review.Revision);
        Assert.Equal("{}\n\nrest", review.Critique);
    }

    [Fact]
    public void Errors_AreReadWithQuoteAndReason_AndBounded()
    {
        var errors = string.Join(',', Enumerable.Repeat($$"""{"severity":"major","quote":"{{new string('q', 2_000)}}","why":"w"}""", 100));

        var review = ReviewParser.Parse($$"""{"reviews":[{"id":"A","overall":2,"errors":[{{errors}}]}]}""", 1, ReviewCorpus.Nonce);

        var item = Assert.Single(review.Items);
        Assert.Equal(20, item.Errors.Count);
        Assert.Equal(new ReviewError(true, new string('q', 500) + "…", "w"), item.Errors[0]);
    }

    [Fact]
    public void UnreadableReview_KeepsItsText()
    {
        var review = ReviewParser.Parse("A is wrong about Rome.", 2, ReviewCorpus.Nonce);

        Assert.Equal(("A is wrong about Rome.", false), (review.Critique, review.HasVote));
    }

    [Fact]
    public void MutilatedAnswers_NeverThrow()
    {
        var answers = ReviewCorpus.All.ToArray();
        var random = new SplitMix64(16);
        for (var i = 0; i < 20_000; i++)
        {
            var answer = answers[random.Next(answers.Length)];
            var text = Mutilate(answer.Text, ref random);

            var review = ReviewParser.Parse(text, answer.Drafts, ReviewCorpus.Nonce);

            Assert.All(review.Items, item => Assert.InRange(item.Position, 0, answer.Drafts - 1));
            Assert.All(review.Items, item => Assert.True(item.Overall is null or (>= 1 and <= 10)));
            Assert.Equal(review.Items.Count, review.Items.Select(item => item.Position).Distinct().Count());
            Assert.True(review.Method != ReviewParseMethod.None || review.Items.Count == 0);
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("{\"reviews\":")]
    [InlineData("```\n")]
    [InlineData("```\n{}\n```\n")]
    [InlineData("A > ")]
    [InlineData("A: 5\n")]
    [InlineData("\\\"{")]
    [InlineData("<revision k=\"" + ReviewCorpus.Nonce + "\">")]
    [InlineData("x<revision k=\"" + ReviewCorpus.Nonce + "\">\n")]
    public void LongAnswer_TakesTimeInProportion(string piece)
    {
        var text = new StringBuilder().Insert(0, piece, (4 << 20) / piece.Length).ToString();
        var start = TimeProvider.System.GetTimestamp();

        ReviewParser.Parse(text, 7, ReviewCorpus.Nonce);

        // Four megabytes take well under a second; anything but linear time would take minutes.
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
    }

    internal static string Describe(ParsedReview review)
    {
        var text = new StringBuilder($"{review.Method.ToString().ToLowerInvariant()}:");
        foreach (var item in review.Items)
        {
            text.Append(' ').Append(ReviewOrder.Letter(item.Position));
            text.Append(item.Overall is { } overall ? string.Create(CultureInfo.InvariantCulture, $"={overall}") : item.Place is { } place ? $"#{place}" : "");
            text.Append('!', item.MajorErrors);
        }

        return text.Append(review.HasVote ? " vote" : "").Append(review.Revision is null ? "" : " revision").ToString();
    }

    private static string Mutilate(string text, ref SplitMix64 random)
    {
        const string Spice = "{}[]\",:\\`\n>ABC019.-\uD800\uDC00\u200B";
        var changed = new StringBuilder(text);
        for (var change = 1 + random.Next(4); change > 0 && changed.Length > 0; change--)
        {
            var at = random.Next(changed.Length);
            switch (random.Next(4))
            {
                case 0:
                    changed.Remove(at, Math.Min(1 + random.Next(10), changed.Length - at));
                    break;
                case 1:
                    changed.Insert(at, Spice[random.Next(Spice.Length)]);
                    break;
                case 2:
                    changed[at] = Spice[random.Next(Spice.Length)];
                    break;
                default:
                    changed.Length = at;
                    break;
            }
        }

        return changed.ToString();
    }
}
