using System.Text.Json;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering;

namespace UltraAI.Gateway.Admin;

/// <summary>Writes a virtual key. Every property is always there; null: no restriction, no limit, no end.</summary>
internal static class KeyWriter
{
    /// <param name="json">Where to.</param>
    /// <param name="key">The key.</param>
    /// <param name="use">What it has used.</param>
    /// <param name="now">The time.</param>
    /// <param name="secret">The key itself, in the one answer that shows it.</param>
    public static void Write(Utf8JsonWriter json, AdminKey key, in KeyUse use, DateTimeOffset now, string? secret = null)
    {
        json.WriteStartObject();
        json.WriteString("name", key.Name);
        if (secret is not null)
        {
            json.WriteString("key", secret);
        }

        json.WriteString("source", key.Stored is null ? "config" : "store");
        WriteScope(json, key.Options);
        WriteLimits(json, key.Options.Limits);
        WriteBudget(json, key.Options.Budget, use);
        json.WriteTime("created_at", key.Stored?.CreatedAt);
        json.WriteTime("previous_valid_until", key.Stored is { } stored ? OldSecrets.Of(stored, now).Max(old => (DateTimeOffset?)old.ValidUntil) : null);
        WriteUsage(json, use.Totals);
        json.WriteEndObject();
    }

    private static void WriteScope(Utf8JsonWriter json, VirtualKeyOptions options)
    {
        json.WriteBoolean("enabled", options.Enabled);
        json.WriteTexts("providers", options.Providers);
        json.WriteTexts("models", options.Models);
        json.WriteTexts("credentials", options.Credentials);
        json.WriteTexts("endpoints", options.Endpoints);
        json.WriteTexts("allowed_networks", options.AllowedNetworks);
        json.WriteTime("expires_at", options.ExpiresAt);
        json.WriteBoolean("allow_unmetered_web_sockets", options.AllowUnmeteredWebSockets);
    }

    private static void WriteLimits(Utf8JsonWriter json, LimitOptions? limits)
    {
        if (limits is null)
        {
            json.WriteNull("limits");
            return;
        }

        json.WriteStartObject("limits");
        json.WriteNumberOrNull("requests_per_minute", limits.RequestsPerMinute);
        json.WriteNumberOrNull("request_burst", limits.RequestBurst);
        json.WriteNumberOrNull("tokens_per_minute", limits.TokensPerMinute);
        json.WriteNumberOrNull("token_burst", limits.TokenBurst);
        json.WriteNumberOrNull("max_concurrent", limits.MaxConcurrent);
        json.WriteEndObject();
    }

    private static void WriteBudget(Utf8JsonWriter json, BudgetOptions? budget, in KeyUse use)
    {
        if (budget is null)
        {
            json.WriteNull("budget");
            return;
        }

        json.WriteStartObject("budget");
        json.WriteNumber("usd", budget.Usd);
        json.WriteString("period", JsonNamingPolicy.SnakeCaseLower.ConvertName(budget.Period.ToString()));
        if (use.Budget is { } state)
        {
            json.WriteUsd("spent_usd", state.SpentNanoUsd);
        }
        else
        {
            json.WriteNull("spent_usd");
        }

        json.WriteTime("resets_at", use.Budget?.ResetsAt);
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, UsageTotals? totals)
    {
        if (totals is not { } used)
        {
            json.WriteNull("usage");
            return;
        }

        json.WriteStartObject("usage");
        json.WriteNumber("requests", used.Requests);
        json.WriteNumber("input_tokens", used.InputTokens);
        json.WriteNumber("output_tokens", used.OutputTokens);
        json.WriteUsd("cost_usd", used.CostNanoUsd);
        json.WriteEndObject();
    }
}
