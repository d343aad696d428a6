using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using UltraAI.Gateway.Configuration;

namespace UltraAI.Gateway.Commands;

/// <summary>What the commands that ask a running gateway's admin API share.</summary>
internal static class AdminCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A table that goes into a file or a pipe is not cut to the width of a terminal that nobody looks at.
    private const int UnboundWidth = 400;

    public static Option<string?> Url() => new("--url")
    {
        Description = $"The gateway's address; default: where ASPNETCORE_URLS or ASPNETCORE_HTTP_PORTS say, else http://localhost:8080. The admin token is taken from {DefaultConfiguration.AdminTokenVariable}.",
        HelpName = "URL",
    };

    public static Option<bool> Json() => new("--json") { Description = "Prints what the gateway answers, as JSON." };

    /// <exception cref="CommandException">There is no answer, or an error.</exception>
    public static async Task<GatewayAnswer> SendAsync(string? url, HttpMethod method, string target, JsonNode? body, CancellationToken cancellationToken)
    {
        using var client = GatewayClient.Open(url, DefaultConfiguration.AdminTokenVariable, Patience);
        var answer = await client.SendAsync(method, target, body, ifMatch: null, cancellationToken);
        return answer.IsSuccess ? answer : throw answer.ToException();
    }

    /// <summary>Asks, and prints the answer: as it is, or as a person reads it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="CommandException">There is no answer, or an error.</exception>
    public static async Task<int> AskAsync(
        string? url, HttpMethod method, string target, JsonNode? body, bool asJson, Action<IAnsiConsole, JsonNode> write, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(url, method, target, body, cancellationToken);
        var json = answer.Json;
        if (asJson)
        {
            Console.WriteLine(answer.Text);
        }
        else
        {
            write(Terminal(), json);
        }

        return 0;
    }

    private static IAnsiConsole Terminal()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = UnboundWidth;
        }

        return console;
    }
}
