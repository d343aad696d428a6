using System.Text.Json;

namespace UltraAI.Gateway.Synthesis.Evaluation;

/// <summary>Reads questions: one JSON object per line, <c>{"question":"…","answer":"…"}</c>, and optionally <c>check</c> and <c>system</c>.</summary>
internal static class QuestionFile
{
    /// <summary>How many questions a file may have.</summary>
    public const int MostQuestions = 10_000;

    private const int MostErrors = 10;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <param name="lines">The file's lines.</param>
    /// <param name="usual">How answers are checked where a line does not say.</param>
    /// <returns>The questions, and what is wrong with the file, each with its line: then the questions are not to be used.</returns>
    public static (IReadOnlyList<EvaluationQuestion> Questions, IReadOnlyList<string> Errors) Read(IEnumerable<string> lines, AnswerCheck usual)
    {
        var questions = new List<EvaluationQuestion>();
        var errors = new List<string>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (questions.Count == MostQuestions)
            {
                errors.Add($"line {number}: there are more than {MostQuestions} questions.");
                break;
            }

            var (question, error) = ReadLine(line, number, usual);
            if (question is not null)
            {
                questions.Add(question);
            }
            else if (errors.Count == MostErrors)
            {
                errors.Add("There are more faults.");
                break;
            }
            else
            {
                errors.Add($"line {number}: {error}");
            }
        }

        if (questions.Count == 0 && errors.Count == 0)
        {
            errors.Add("There is no question in it.");
        }

        return (questions, errors);
    }

    /// <summary>The check of that name; null if there is none.</summary>
    public static AnswerCheck? CheckOf(string? name) => name switch
    {
        "exact" => AnswerCheck.Exact,
        "numeric" => AnswerCheck.Numeric,
        "contains" => AnswerCheck.Contains,
        _ => null,
    };

    private static (EvaluationQuestion? Question, string? Error) ReadLine(string line, int number, AnswerCheck usual)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? ReadObject(document.RootElement, number, usual)
                : (null, "a JSON object is wanted, such as {\"question\":\"…\",\"answer\":\"…\"}.");
        }
        catch (JsonException exception)
        {
            return (null, $"not JSON, or a property twice (at byte {exception.BytePositionInLine + 1}). Each question is one object on one line.");
        }
        catch (InvalidOperationException)
        {
            // Such as \ud800 by itself: JSON, but no text.
            return (null, "a text in it is not valid Unicode.");
        }
    }

    private static (EvaluationQuestion? Question, string? Error) ReadObject(JsonElement item, int number, AnswerCheck usual)
    {
        string? question = null, answer = null, system = null;
        var check = usual;
        foreach (var property in item.EnumerateObject())
        {
            // A number may well be the answer.
            var text = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString(),
                JsonValueKind.Number when property.NameEquals("answer"u8) => property.Value.GetRawText(),
                _ => null,
            };
            if (string.IsNullOrWhiteSpace(text))
            {
                return (null, $"'{Shown(property.Name)}' must be a text that is not empty.");
            }

            switch (property.Name)
            {
                case "question":
                    question = text;
                    break;
                case "answer":
                    answer = text;
                    break;
                case "system":
                    system = text;
                    break;
                case "check" when CheckOf(text) is { } own:
                    check = own;
                    break;
                case "check":
                    return (null, "'check' must be one of exact, numeric, contains.");
                default:
                    return (null, $"unknown property '{Shown(property.Name)}'; known are question, answer, check, system.");
            }
        }

        return question is null ? (null, "'question' is missing.")
            : answer is null ? (null, "'answer' is missing.")
            : check == AnswerCheck.Numeric && AnswerChecker.LastNumber(answer) is null ? (null, "'answer' holds no number, and the check is numeric.")
            : (new EvaluationQuestion(number, question, answer, check) { System = system }, null);
    }

    private static string Shown(string name)
    {
        const int Longest = 32;
        return name.Length <= Longest ? name : name[..Longest] + "…";
    }
}
