using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace UltraAI.Gateway.Commands;

/// <summary><c>usage</c>: requests, tokens and money of a span of days, from a running gateway.</summary>
internal static class UsageCommand
{
    public static Command Create()
    {
        var (url, json) = (AdminCommand.Url(), AdminCommand.Json());
        var from = new Option<string?>("--from") { Description = "The first day in UTC, such as 2026-11-01; default: 30 days up to the last.", HelpName = "DAY" };
        var to = new Option<string?>("--to") { Description = "The last day; default: today.", HelpName = "DAY" };
        var by = new Option<string?>("--by") { Description = "What rows are: one or more of key, provider, model, day, with commas; default: key.", HelpName = "LIST" };
        var command = new Command("usage", "Prints what was used and what it cost, from a running gateway.") { from, to, by, url, json };
        command.SetAction((result, cancellationToken) => AdminCommand.AskAsync(
            result.GetValue(url),
            HttpMethod.Get,
            Target(("from", result.GetValue(from)), ("to", result.GetValue(to)), ("by", result.GetValue(by))),
            null,
            result.GetValue(json),
            Write,
            cancellationToken));
        return command;
    }

    private static string Target(params (string Name, string? Value)[] parameters)
    {
        var query = string.Join('&', parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));
        return query.Length == 0 ? "/admin/usage" : "/admin/usage?" + query;
    }

    private static void Write(IAnsiConsole console, JsonNode answer)
    {
        console.WriteLine($"{CommandTable.TextOf(answer["from"])} to {CommandTable.TextOf(answer["to"])}");
        var groups = answer["by"]!.AsArray().Select(CommandTable.TextOf).Select(name => (name, Text(name), false));
        CommandTable.Write(
            console,
            answer["rows"]!.AsArray(),
            "Nothing was used.",
            [
                .. groups,
                ("requests", Number("requests"), true),
                ("estimated", Number("estimated_requests"), true),
                ("input", Number("input_tokens"), true),
                ("cached", Number("cached_input_tokens"), true),
                ("output", Number("output_tokens"), true),
                ("cost, USD", row => CommandTable.UsdOf(row["cost_usd"]), true),
            ]);
    }

    private static Func<JsonNode, string> Text(string name) => row => CommandTable.TextOf(row[name]);

    private static Func<JsonNode, string> Number(string name) => row => CommandTable.NumberOf(row[name]);
}
