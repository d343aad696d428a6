using System.Globalization;
using System.Text.Json;

namespace UltraAI.Gateway.Providers.Chat;

/// <summary>An error object, in whichever of the providers' shapes it comes.</summary>
internal sealed record ProviderError
{
    public static readonly ProviderError Unknown = new();

    /// <summary>The most specific name: OpenAI's <c>code</c>, Google's reason, Anthropic's <c>type</c>.</summary>
    public string? Code { get; init; }

    /// <summary>The broader name: <c>type</c>, Google's <c>status</c>.</summary>
    public string? Type { get; init; }

    public string? Message { get; init; }

    /// <summary>The status code that the error itself names.</summary>
    public int? Status { get; init; }

    /// <summary>Google's <c>RetryInfo</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Reads a whole body. What is no error object is <see cref="Unknown"/>.</summary>
    public static ProviderError Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Unknown;
        }
    }

    /// <exception cref="InvalidOperationException">A string is not valid Unicode.</exception>
    public static ProviderError Read(JsonElement root)
    {
        // Google's OpenAI-compatible paths and its streams without alt=sse put the object into a list.
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            root = root[0];
        }

        var error = root.Get("error"u8);
        if (error.AsText() is { } words)
        {
            return new ProviderError { Message = Keep(words), Type = root.Text("error_type"u8) };
        }

        // vLLM, Mistral and others have no envelope.
        error = error.IsObject() ? error : root;
        var details = Details(error.Get("details"u8));
        var code = error.Get("code"u8);
        var type = error.Text("type"u8) ?? error.Text("status"u8);
        return new ProviderError
        {
            Code = details.Reason ?? code.AsText() ?? type,
            Type = type,
            Message = Keep(error.Text("message"u8) ?? error.Text("detail"u8)),
            Status = error.Long("code"u8) is >= 400 and <= 599 and var status ? (int)status : null,
            RetryAfter = details.RetryAfter,
        };
    }

    private static string? Keep(string? message) => message is null ? null : ChatFailure.Cut(message, ChatFailure.KeptLength);

    // https://cloud.google.com/apis/design/errors#error_details
    private static (string? Reason, TimeSpan? RetryAfter) Details(JsonElement details)
    {
        string? reason = null;
        TimeSpan? retryAfter = null;
        foreach (var detail in details.Items())
        {
            reason ??= detail.Text("reason"u8);
            retryAfter ??= Duration(detail.Text("retryDelay"u8));
        }

        return (reason, retryAfter);
    }

    /// <summary>Protobuf's JSON form of a duration: seconds and <c>s</c>.</summary>
    private static TimeSpan? Duration(string? text) =>
        text is [.., 's'] && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= RetryAfterField.MostSeconds
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
