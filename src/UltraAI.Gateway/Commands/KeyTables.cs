using System.Text.Json.Nodes;
using Spectre.Console;

namespace UltraAI.Gateway.Commands;

/// <summary>How virtual keys are printed.</summary>
internal static class KeyTables
{
    public static void WriteList(IAnsiConsole console, JsonNode answer) => CommandTable.Write(
        console,
        answer["data"]!.AsArray(),
        "There is no virtual key.",
        ("key", key => CommandTable.TextOf(key["name"]), false),
        ("source", key => CommandTable.TextOf(key["source"]), false),
        ("state", key => (bool)key["enabled"]! ? "on" : "off", false),
        ("expires", key => CommandTable.TextOf(key["expires_at"]), false),
        ("providers", key => CommandTable.ListOf(key["providers"]), false),
        ("models", key => CommandTable.ListOf(key["models"]), false),
        ("limits", key => LimitsOf(key["limits"]), false),
        ("budget", key => BudgetOf(key["budget"]), false),
        ("requests", key => CommandTable.NumberOf(key["usage"]?["requests"]), true),
        ("cost, USD", key => CommandTable.UsdOf(key["usage"]?["cost_usd"]), true));

    /// <summary>The one answer that shows a key.</summary>
    public static void WriteSecret(IAnsiConsole console, JsonNode answer)
    {
        console.WriteLine($"Virtual key '{CommandTable.TextOf(answer["name"])}' (shown this once; give it to whoever will call the gateway):");
        console.WriteLine();
        console.WriteLine("  " + CommandTable.TextOf(answer["key"]));
        if (answer["previous_valid_until"] is { } until)
        {
            console.WriteLine();
            console.WriteLine($"The one before still works until {CommandTable.TextOf(until)}.");
        }
    }

    private static string LimitsOf(JsonNode? limits)
    {
        if (limits is null)
        {
            return "-";
        }

        var parts = new List<string>();
        Add("requests_per_minute", "req/min");
        Add("tokens_per_minute", "tok/min");
        Add("max_concurrent", "at once");
        return string.Join(", ", parts);

        void Add(string name, string unit)
        {
            if (limits[name] is { } value)
            {
                parts.Add($"{CommandTable.NumberOf(value)} {unit}");
            }
        }
    }

    private static string BudgetOf(JsonNode? budget) => budget is null
        ? "-"
        : $"{CommandTable.UsdOf(budget["spent_usd"])} of {CommandTable.UsdOf(budget["usd"])} per {CommandTable.TextOf(budget["period"])}".Replace("per total", "in all", StringComparison.Ordinal);
}
