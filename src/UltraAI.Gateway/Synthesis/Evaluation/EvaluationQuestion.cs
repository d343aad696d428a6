namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>A question whose answer is known.</summary>
/// <param name="Line">Where it stands in its file, from 1.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Answer">What is right.</param>
/// <param name="Check">How an answer is held against it.</param>
internal sealed record EvaluationQuestion(int Line, string Text, string Answer, AnswerCheck Check)
{
    /// <summary>The system prompt; null: none.</summary>
    public string? System { get; init; }

    public bool IsRight(string answer) => AnswerChecker.IsRight(Check, answer, Answer);
}
