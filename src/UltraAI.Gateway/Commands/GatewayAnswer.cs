using System.Text.Json;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Commands;

/// <summary>What a gateway answered to a command.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Text">The whole body.</param>
/// <param name="ETag">The version of what was asked for; null if it has none.</param>
internal sealed record GatewayAnswer(int Status, string Text, string? ETag)
{
    private const int LongestQuote = 300;
    private const int MostFaults = 20;

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>How long the gateway asks to wait before the same is tried again; null: it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The code of an error of the gateway's own; null if it was none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The body.</summary>
    /// <exception cref="CommandException">It is not JSON.</exception>
    public JsonNode Json
    {
        get
        {
            try
            {
                return JsonNode.Parse(Text) ?? throw new JsonException();
            }
            catch (JsonException)
            {
                throw new CommandException($"That is not a gateway, or not this version of it: it answered {Status} with something that is not JSON.");
            }
        }
    }

    /// <summary>The error that an answer other than 2xx is, in words.</summary>
    public CommandException ToException()
    {
        var message = MessageIn(Text);
        return new CommandException(ErrorCode is null
            ? $"The gateway answered {Status}{(message is null ? "." : ": " + message)}"
            : $"The gateway answered {Status} {ErrorCode}{(message is null ? "." : ": " + message)}");
    }

    internal static async Task<GatewayAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), response.Headers.ETag?.ToString())
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
            ErrorCode = response.Headers.TryGetValues(ErrorResponse.CodeField, out var codes) ? codes.First() : null,
        };

    // OpenAI's shape has error.message, the admin API's problems have detail.
    private static string? MessageIn(string text)
    {
        try
        {
            var json = JsonNode.Parse(text) as JsonObject;
            var message = json?["error"] is JsonObject error ? error["message"] : json?["detail"] ?? json?["title"];
            return message is JsonValue value && value.TryGetValue<string>(out var words) ? Cut(words) + FaultsIn(json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Each with its place, on a line of its own.
    private static string FaultsIn(JsonObject? json) => json?["errors"] is not JsonArray faults ? "" : string.Concat(faults.OfType<JsonObject>().Take(MostFaults)
        .Select(fault => $"\n  {Cut($"{fault["pointer"] ?? fault["parameter"]}")}: {Cut($"{fault["detail"]}")}"));

    private static string Cut(string words) => words.Length <= LongestQuote ? words : words[..LongestQuote] + "…";
}
