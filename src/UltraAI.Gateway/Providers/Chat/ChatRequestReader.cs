using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>Reads the body of a chat completion in OpenAI's shape. Strict, and total: it never throws, and says every error with its path.</summary>
/// <remarks>Null counts as left out. Unknown properties of messages are passed over, as clients send a provider's message back with all that was in it.</remarks>
internal sealed class ChatRequestReader
{
    /// <summary>What is said of a body with such text in it.</summary>
    public const string NotUnicode = "The body holds text that is not valid Unicode.";

    private const int MostStops = 4;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly ChatRequestErrors _errors = new();

    private ChatRequestReader()
    {
    }

    /// <param name="body">The whole body.</param>
    /// <param name="needsModel">Whether a body without <c>model</c> is an error.</param>
    public static ChatRequestReading Read(ReadOnlyMemory<byte> body, bool needsModel = true)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            return Read(document.RootElement, needsModel);
        }
        catch (JsonException exception)
        {
            var errors = new ChatRequestErrors();
            errors.Invalid(null, $"The body is not JSON as it must be (line {exception.LineNumber + 1}): it is cut off, malformed, or names a property twice.");
            return new ChatRequestReading(null, errors.All);
        }
        catch (InvalidOperationException)
        {
            // Of a property's name that is not Unicode: it can't be compared with the others.
            var errors = new ChatRequestErrors();
            errors.Invalid(null, NotUnicode);
            return new ChatRequestReading(null, errors.All);
        }
    }

    /// <param name="root">The body. Nothing of it is kept.</param>
    /// <param name="needsModel">Whether a body without <c>model</c> is an error.</param>
    public static ChatRequestReading Read(JsonElement root, bool needsModel = true)
    {
        var reader = new ChatRequestReader();
        try
        {
            var request = reader.ReadBody(root, needsModel);
            return new ChatRequestReading(reader._errors.All.Count == 0 ? request : null, reader._errors.All);
        }
        catch (InvalidOperationException)
        {
            // Of a string that is not Unicode, such as half of a surrogate pair.
            reader._errors.Invalid(null, NotUnicode);
            return new ChatRequestReading(null, reader._errors.All);
        }
    }

    private ChatRequest? ReadBody(JsonElement root, bool needsModel)
    {
        if (!root.IsObject())
        {
            _errors.Invalid(null, "The body must be a JSON object.");
            return null;
        }

        RefuseUnsupported(root);
        var tools = new ChatToolReader(_errors);
        var numbers = new ChatNumberReader(_errors, root);
        var messages = new ChatMessageReader(_errors).Read(root.Get("messages"u8));
        var declared = tools.ReadTools(root.Get("tools"u8));
        return new ChatRequest
        {
            Model = ReadModel(root.Get("model"u8), needsModel),
            Messages = messages,
            Tools = declared,
            ToolChoice = tools.ReadChoice(root.Get("tool_choice"u8), declared),
            ParallelToolCalls = ReadFlag(root.Get("parallel_tool_calls"u8), "parallel_tool_calls"),
            ResponseFormat = tools.ReadFormat(root.Get("response_format"u8)),
            Temperature = numbers.Real("temperature"u8, "temperature", 0, 2),
            TopP = numbers.Real("top_p"u8, "top_p", 0, 1),
            FrequencyPenalty = numbers.Real("frequency_penalty"u8, "frequency_penalty", -2, 2),
            PresencePenalty = numbers.Real("presence_penalty"u8, "presence_penalty", -2, 2),
            Seed = numbers.Whole("seed"u8, "seed", long.MinValue, long.MaxValue),
            MaxOutputTokens = (int?)(numbers.Whole("max_completion_tokens"u8, "max_completion_tokens", 1, int.MaxValue) ?? numbers.Whole("max_tokens"u8, "max_tokens", 1, int.MaxValue)),
            ReasoningEffort = ReadEffort(root.Get("reasoning_effort"u8)),
            Verbosity = ReadVerbosity(root.Get("verbosity"u8)),
            Stop = ReadStop(root.Get("stop"u8)),
        };
    }

    private void RefuseUnsupported(JsonElement root)
    {
        foreach (var property in root.EnumerateObject())
        {
            var name = property.Name;
            if (ChatParameters.Read.Contains(name) || ChatParameters.Surface.Contains(name) || ChatParameters.Ignored.Contains(name)
                || property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (!ChatParameters.Refused.Contains(name))
            {
                _errors.Unsupported(name, $"Unknown parameter '{name}'.");
            }
            else if (AsksForSomething(name, property.Value))
            {
                _errors.Unsupported(name, $"'{name}' is not supported here; leave it out.");
            }
        }
    }

    private static bool AsksForSomething(string name, JsonElement value) => name switch
    {
        "n" => value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var count) || count != 1,
        "logprobs" => value.ValueKind != JsonValueKind.False,
        "logit_bias" => !value.IsObject() || value.EnumerateObject().Any(),
        "modalities" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String || !item.ValueEquals("text"u8)),
        _ => true,
    };

    private string ReadModel(JsonElement value, bool isNeeded)
    {
        if (value.AsText() is { Length: > 0 } model)
        {
            return model;
        }

        if (isNeeded || value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            _errors.Invalid("model", "'model' must be a non-empty string.");
        }

        return "";
    }

    private bool? ReadFlag(JsonElement value, string name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return null;
            default:
                _errors.Invalid(name, $"'{name}' must be true or false.");
                return null;
        }
    }

    private ReasoningEffort? ReadEffort(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        if (ReasoningEfforts.Find(value.AsText()) is { } effort)
        {
            return effort;
        }

        _errors.Invalid("reasoning_effort", "'reasoning_effort' must be one of none, minimal, low, medium, high, xhigh, max.");
        return null;
    }

    private string? ReadVerbosity(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        if (value.AsText() is ("low" or "medium" or "high") and { } verbosity)
        {
            return verbosity;
        }

        _errors.Invalid("verbosity", "'verbosity' must be one of low, medium, high.");
        return null;
    }

    private string[] ReadStop(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return [];
        }

        if (value.AsText() is { Length: > 0 } one)
        {
            return [one];
        }

        var texts = value.Items().Select(item => item.AsText()).ToArray();
        if (texts.Length is 0 or > MostStops || texts.Any(string.IsNullOrEmpty))
        {
            _errors.Invalid("stop", $"'stop' must be a non-empty string, or a list of 1 to {MostStops} of them.");
            return [];
        }

        return texts!;
    }
}
