using UltraAI.Gateway.Synthesis.Evaluation;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Evaluation;

public sealed class AnswerCheckerTests
{
    [Theory]
    [InlineData("exact", " Paris\n", "paris", true)]
    [InlineData("exact", "New  York", "new york", true)]
    [InlineData("exact", "Paris.", "Paris", false)]
    [InlineData("contains", "It is Paris, of course.", "paris", true)]
    [InlineData("contains", "It is new\nyork", "New York", true)]
    [InlineData("contains", "It is Rome.", "Paris", false)]
    [InlineData("numeric", "The answer is 42.", "42", true)]
    [InlineData("numeric", "From 7 to 1,234.50 dollars", "1234.5", true)]
    [InlineData("numeric", "x = -3", "-3", true)]
    [InlineData("numeric", "x=-3", "3", false)]
    [InlineData("numeric", "about 2e-3", "0.002", true)]
    [InlineData("numeric", "about 1E+3, then", "1000", true)]
    [InlineData("numeric", "first 42, then 43", "42", false)]
    [InlineData("numeric", "0.3333333333", "0.33333333", true)]
    [InlineData("numeric", "0.333", "0.3333", false)]
    [InlineData("numeric", "no number", "1", false)]
    [InlineData("numeric", "2024-05", "5", true)]
    [InlineData("numeric", "3 eggs", "3", true)]
    [InlineData("numeric", "x = \u22123", "-3", true)]
    [InlineData("numeric", "x = \u22123", "3", false)]
    [InlineData("numeric", "1{,}234{,}567", "1234567", true)]
    [InlineData("numeric", "1\\,234", "1234", true)]
    [InlineData("numeric", "\\{1, 2\\}", "2", true)]
    public void Answer_IsHeldAgainstTheExpected(string check, string answer, string expected, bool isRight) =>
        Assert.Equal(isRight, AnswerChecker.IsRight(Enum.Parse<AnswerCheck>(check, ignoreCase: true), answer, expected));
}
