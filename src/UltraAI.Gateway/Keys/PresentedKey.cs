using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Keys;

/// <summary>Takes the virtual key out of a request: out of every place where a provider's SDK may put its credential.</summary>
internal static class PresentedKey
{
    public const string SubprotocolPrefix = "openai-insecure-api-key.";

    private const string BearerPrefix = "Bearer ";

    private static readonly GatewayError Missing = new(
        ErrorCode.InvalidKey,
        "This request has no virtual key. Put it where the SDK puts the provider's key: Authorization: Bearer, x-api-key, x-goog-api-key or api-key.");

    private static readonly GatewayError Several = new(
        ErrorCode.InvalidKey,
        "This request has two different credentials. Send the virtual key alone, in one place or the same in each.");

    private static readonly GatewayError NotBearer = new(
        ErrorCode.InvalidKey,
        "The Authorization field is not 'Bearer KEY'. Send the virtual key so.");

    private static readonly GatewayError Misplaced = new(
        ErrorCode.InvalidKey,
        "The virtual key also stands in another field or in the URL, from where it would reach the provider. Send it only where the SDK puts the provider's key.");

    /// <summary>Reads the key and empties every place it can stand in, whatever the outcome: what is left may be forwarded.</summary>
    /// <param name="headers">The request's fields; the carriers are removed.</param>
    /// <param name="kind">The kind of the provider that the request is for.</param>
    /// <param name="connection">What is known of the client's connection; null: nothing.</param>
    /// <param name="target">The provider's request target; comes back without the key.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>The error, or null.</returns>
    public static GatewayError? Take(IHeaderDictionary headers, ProviderKind kind, ConnectionKey? connection, ref string target, out string? key)
    {
        key = null;
        var error = TakeAuthorization(headers, connection, ref key);
        error ??= TakeField(headers, "x-api-key", ref key);
        error ??= TakeField(headers, "x-goog-api-key", ref key);
        error ??= TakeField(headers, "api-key", ref key);
        error ??= TakeSubprotocol(headers, ref key);

        if (kind.TakesKeyFromQuery && error is null)
        {
            target = QueryKey.Take(target, out var fromQuery, out var isRepeated);
            error = isRepeated ? Several : Join(ref key, fromQuery);
        }

        if (error is not null)
        {
            return error;
        }

        return key is null ? Missing : null;
    }

    /// <summary>Looks for the key in a request target that the key was taken out of.</summary>
    /// <returns>The error, or null.</returns>
    public static GatewayError? RefuseElsewhere(string target, string key) => Holds(target, key) ? Misplaced : null;

    /// <summary>Looks for the key in a field that is left of the request.</summary>
    /// <returns>The error, or null.</returns>
    public static GatewayError? RefuseElsewhere(StringValues field, string key)
    {
        foreach (var value in field)
        {
            if (value is not null && Holds(value, key))
            {
                return Misplaced;
            }
        }

        return null;
    }

    private static GatewayError? TakeAuthorization(IHeaderDictionary headers, ConnectionKey? connection, ref string? key)
    {
        var values = headers.Authorization;
        if (values.Count == 0)
        {
            return null;
        }

        headers.Authorization = StringValues.Empty;
        foreach (var value in values)
        {
            var text = value.AsSpan().Trim();
            if (text.Length == 0 || text.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (!text.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            {
                return NotBearer;
            }

            var presented = text[BearerPrefix.Length..].Trim();
            if (Join(ref key, connection is null ? presented.ToString() : connection.TextOf(presented)) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static GatewayError? TakeField(IHeaderDictionary headers, string name, ref string? key)
    {
        if (!headers.Remove(name, out var values))
        {
            return null;
        }

        foreach (var value in values)
        {
            if (Join(ref key, value?.Trim()) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static GatewayError? TakeSubprotocol(IHeaderDictionary headers, ref string? key)
    {
        var values = headers.SecWebSocketProtocol;
        if (values.Count == 0 || !ContainsIgnoreCase(values, SubprotocolPrefix))
        {
            return null;
        }

        var kept = new List<string>();
        GatewayError? error = null;
        foreach (var item in values.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (item.StartsWith(SubprotocolPrefix, StringComparison.OrdinalIgnoreCase))
            {
                error ??= Join(ref key, item[SubprotocolPrefix.Length..]);
            }
            else
            {
                kept.Add(item);
            }
        }

        headers.SecWebSocketProtocol = kept.Count == 0 ? StringValues.Empty : string.Join(", ", kept);
        return error;
    }

    private static GatewayError? Join(ref string? key, string? presented)
    {
        if (string.IsNullOrEmpty(presented))
        {
            return null;
        }

        if (key is not null && !string.Equals(key, presented, StringComparison.Ordinal))
        {
            return Several;
        }

        key = presented;
        return null;
    }

    // A very short key would be found by chance; whoever chose one has other worries.
    private static bool Holds(string text, string key) =>
        key.Length >= 8 && text.Length >= key.Length && text.Contains(key, StringComparison.Ordinal);

    private static bool ContainsIgnoreCase(StringValues values, string text)
    {
        foreach (var value in values)
        {
            if (value is not null && value.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
