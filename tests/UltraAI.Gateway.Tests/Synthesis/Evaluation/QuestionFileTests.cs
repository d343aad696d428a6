using UltraAI.Gateway.Synthesis.Evaluation;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Evaluation;

public sealed class QuestionFileTests
{
    [Fact]
    public void Lines_AreReadWithTheirOwnCheck_OrTheUsualOne()
    {
        var (questions, errors) = QuestionFile.Read(
            ["""{"question":"2+2?","answer":4}""", "", """{"question":"Capital of France?","answer":"Paris","check":"contains","system":"Be brief."}"""],
            AnswerCheck.Numeric);

        Assert.Empty(errors);
        Assert.Equal(
            [new EvaluationQuestion(1, "2+2?", "4", AnswerCheck.Numeric), new EvaluationQuestion(3, "Capital of France?", "Paris", AnswerCheck.Contains) { System = "Be brief." }],
            questions);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("""{"question":"\ud800","answer":"x"}""", "not valid Unicode")]
    [InlineData("""{"\udc00":"?","answer":"x"}""", "not valid Unicode")]
    [InlineData("[]", "a JSON object is wanted")]
    [InlineData("""{"question":"?"}""", "'answer' is missing")]
    [InlineData("""{"answer":"x"}""", "'question' is missing")]
    [InlineData("""{"question":"  ","answer":"x"}""", "'question' must be a text that is not empty")]
    [InlineData("""{"question":4,"answer":"x"}""", "'question' must be a text")]
    [InlineData("""{"question":"?","answer":"x","check":"fuzzy"}""", "must be one of exact, numeric, contains")]
    [InlineData("""{"question":"?","answer":"x","check":"numeric"}""", "holds no number")]
    [InlineData("""{"question":"?","answer":"x","hint":"y"}""", "unknown property 'hint'")]
    [InlineData("""{"question":"?","question":"?","answer":"x"}""", "a property twice")]
    public void Fault_IsSaidWithItsLine(string line, string words)
    {
        var (_, errors) = QuestionFile.Read(["""{"question":"?","answer":"x"}""", line], AnswerCheck.Exact);

        var error = Assert.Single(errors);
        Assert.StartsWith("line 2: ", error, StringComparison.Ordinal);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyFaults_AreCutShort()
    {
        var (_, errors) = QuestionFile.Read(Enumerable.Repeat("{", 1000), AnswerCheck.Exact);

        Assert.Equal(11, errors.Count);
    }

    [Fact]
    public void NoQuestion_IsAFault() => Assert.Single(QuestionFile.Read(["", " "], AnswerCheck.Exact).Errors);

    [Fact]
    public void TooManyQuestions_AreAFault()
    {
        var (questions, errors) = QuestionFile.Read(Enumerable.Repeat("""{"question":"?","answer":"x"}""", QuestionFile.MostQuestions + 1), AnswerCheck.Exact);

        Assert.Equal((QuestionFile.MostQuestions, 1), (questions.Count, errors.Count));
    }
}
