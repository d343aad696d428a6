using System.CommandLine;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Commands;

/// <summary><c>keys list|new|rotate|revoke</c>: virtual keys of a running gateway; <c>new</c> without <c>--url</c> makes one for the configuration.</summary>
internal static class KeysCommand
{
    private static readonly string[] Limited = ["--provider", "--model", "--requests-per-minute", "--tokens-per-minute", "--max-concurrent", "--budget", "--period", "--expires", "--json"];

    public static Command Create() => new("keys", "Virtual keys.") { List(), New(), Rotate(), Revoke() };

    private static Command List()
    {
        var (url, json) = (AdminCommand.Url(), AdminCommand.Json());
        var command = new Command("list", "Lists the virtual keys of a running gateway: its configuration's, and those made at run time.") { url, json };
        command.SetAction((result, cancellationToken) => AdminCommand.AskAsync(
            result.GetValue(url), HttpMethod.Get, "/admin/keys", null, result.GetValue(json), KeyTables.WriteList, cancellationToken));
        return command;
    }

    private static Command Rotate()
    {
        var (url, json) = (AdminCommand.Url(), AdminCommand.Json());
        var name = new Argument<string>("NAME") { Description = "The key's name." };
        var grace = new Option<string?>("--grace") { Description = "How long the old secret still works, such as 24:00:00; default: not at all.", HelpName = "TIME" };
        var command = new Command("rotate", "Gives a virtual key a new secret, and prints it, this once.") { name, grace, url, json };
        command.SetAction((result, cancellationToken) => AdminCommand.AskAsync(
            result.GetValue(url),
            HttpMethod.Post,
            $"/admin/keys/{Name(result.GetValue(name)!)}/rotate",
            result.GetValue(grace) is { } time ? new JsonObject { ["grace"] = time } : new JsonObject(),
            result.GetValue(json),
            KeyTables.WriteSecret,
            cancellationToken));
        return command;
    }

    private static Command Revoke()
    {
        var url = AdminCommand.Url();
        var name = new Argument<string>("NAME") { Description = "The key's name." };
        var command = new Command("revoke", "Deletes a virtual key: it is refused on every instance within two seconds.") { name, url };
        command.SetAction(async (result, cancellationToken) =>
        {
            var key = Name(result.GetValue(name)!);
            await AdminCommand.SendAsync(result.GetValue(url), HttpMethod.Delete, $"/admin/keys/{key}", null, cancellationToken);
            Console.WriteLine($"Virtual key '{key}' is revoked.");
            return 0;
        });
        return command;
    }

    private static Command New()
    {
        var name = new Option<string>("--name") { Description = "The key's name: 1 to 64 of a-z, 0-9 and '-'.", HelpName = "NAME", Required = true };
        var prefix = new Option<string?>("--prefix")
        {
            Description = $"What the key begins with; default: {VirtualKeySecret.DefaultPrefix}. HuggingFace's JavaScript SDK wants hf_. Not with --url.",
            HelpName = "TEXT",
        };
        var (url, json) = (new Option<string?>("--url") { Description = "Makes the key on this running gateway, with the options below.", HelpName = "URL" }, AdminCommand.Json());
        var providers = new Option<string[]>("--provider") { Description = "A provider that it may use; repeatable. Default: all.", HelpName = "NAME" };
        var models = new Option<string[]>("--model") { Description = "A model that it may use, such as gpt-4o*; repeatable. Default: all.", HelpName = "GLOB" };
        var requests = new Option<long?>("--requests-per-minute") { Description = "Its limit of requests.", HelpName = "N" };
        var tokens = new Option<long?>("--tokens-per-minute") { Description = "Its limit of LLM tokens.", HelpName = "N" };
        var concurrent = new Option<int?>("--max-concurrent") { Description = "Its limit of running calls.", HelpName = "N" };
        var budget = new Option<decimal?>("--budget") { Description = "Its budget in US dollars.", HelpName = "USD" };
        var period = new Option<string?>("--period") { Description = "The budget's period: day, month or total.", HelpName = "PERIOD" };
        var expires = new Option<string?>("--expires") { Description = "When it ends, such as 2027-01-01T00:00:00Z.", HelpName = "TIME" };
        var command = new Command("new", "Prints a fresh virtual key once: with the configuration entry, which holds only its hash, or with --url made on a running gateway.")
        {
            name, prefix, url, providers, models, requests, tokens, concurrent, budget, period, expires, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(url) is not { } gateway)
            {
                return Limited.FirstOrDefault(option => result.GetResult(option) is { Tokens.Count: > 0 } || (option == "--json" && result.GetValue(json))) is { } without
                    ? throw new ConfigurationException([new ConfigurationError(without, "needs --url, the gateway on which the key is made; in the configuration, write it into the entry.")])
                    : KeysNewCommand.Run(result.GetValue(name)!, result.GetValue(prefix) ?? VirtualKeySecret.DefaultPrefix);
            }

            if (result.GetValue(prefix) is not null)
            {
                throw new ConfigurationException([new ConfigurationError("--prefix", "can't be chosen with --url.")]);
            }

            var body = new JsonObject { ["name"] = result.GetValue(name) };
            Put(body, "providers", List(result.GetValue(providers)));
            Put(body, "models", List(result.GetValue(models)));
            Put(body, "expires_at", result.GetValue(expires));
            var limits = new JsonObject();
            Put(limits, "requests_per_minute", result.GetValue(requests));
            Put(limits, "tokens_per_minute", result.GetValue(tokens));
            Put(limits, "max_concurrent", result.GetValue(concurrent));
            Put(body, "limits", limits.Count > 0 ? limits : null);
            var money = new JsonObject();
            Put(money, "usd", result.GetValue(budget));
            Put(money, "period", result.GetValue(period));
            Put(body, "budget", money.Count > 0 ? money : null);
            return await AdminCommand.AskAsync(gateway, HttpMethod.Post, "/admin/keys", body, result.GetValue(json), KeyTables.WriteSecret, cancellationToken);
        });
        return command;
    }

    private static void Put(JsonObject body, string name, JsonNode? value)
    {
        if (value is not null)
        {
            body[name] = value;
        }
    }

    private static JsonArray? List(string[]? values) => values is { Length: > 0 } ? [.. values.Select(value => (JsonNode)value)] : null;

    // It becomes a segment of a path.
    private static string Name(string name) => VirtualKeyBuilder.IsName(name)
        ? name
        : throw new CommandException($"'{name}' is no name of a key; {VirtualKeyBuilder.NameRule}");
}
