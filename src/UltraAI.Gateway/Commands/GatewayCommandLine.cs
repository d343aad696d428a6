using System.CommandLine;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Demo;

namespace UltraAI.Gateway.Commands;

/// <summary>Runs the gateway until the process is told to stop.</summary>
/// <param name="args">The options that follow the command.</param>
/// <param name="started">Called with the addresses once it listens.</param>
/// <returns>The exit code.</returns>
internal delegate Task<int> RunGateway(string[] args, Action<IEnumerable<string>>? started);

/// <summary>The commands of the program. Without one it runs the gateway.</summary>
internal static class GatewayCommandLine
{
    /// <param name="args">The command line.</param>
    /// <param name="run">Runs the gateway.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, RunGateway run)
    {
        var root = Create(args, run);
        try
        {
            var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (ConfigurationException exception)
        {
            foreach (var error in exception.Errors)
            {
                await Console.Error.WriteLineAsync(error.ToString());
            }

            return 1;
        }
        catch (CommandException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
        catch (IOException exception)
        {
            // Such as an address that is in use.
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static RootCommand Create(string[] args, RunGateway run)
    {
        var config = new Option<string[]>("--config")
        {
            Description = "A configuration file (JSON; comments and trailing commas allowed). May be given several times: later ones go over earlier ones.",
            HelpName = "FILE",
        };
        var root = new RootCommand("""
            One place in front of OpenAI, Anthropic, Google, HuggingFace and others: virtual keys outside, real credentials inside.

            Beside the options below, --Gateway:PATH=VALUE sets a single value, and --urls is where to listen (http://localhost:8080).
            Without --config: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, HF_TOKEN, and ULTRAAI_KEY for the virtual key.
            """)
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        root.Options.Add(config);
        root.SetAction((_, _) => run(args, started: null));

        var check = new Command("check", "Validates a configuration and says every fault at once.") { TreatUnmatchedTokensAsErrors = false };
        check.Options.Add(config);
        check.SetAction(_ => CheckCommand.Run(Without("check", args)));
        root.Subcommands.Add(check);

        var demo = new Command("demo", "Starts the gateway with simulated providers: no account, nothing written outside of a temporary folder.") { TreatUnmatchedTokensAsErrors = false };
        demo.SetAction((_, cancellationToken) => DemoCommand.RunAsync(Without("demo", args), (options, started) => run(options, started), cancellationToken));
        root.Subcommands.Add(demo);

        root.Subcommands.Add(KeysCommand.Create());
        root.Subcommands.Add(UsageCommand.Create());

        var url = new Option<string>("--url") { Description = "The gateway's address; default: where ASPNETCORE_URLS or ASPNETCORE_HTTP_PORTS say, else http://localhost:8080.", HelpName = "URL" };
        var health = new Command("health", "Asks a running gateway whether it is ready: exit code 0 or 1.");
        health.Options.Add(url);
        health.SetAction((result, cancellationToken) => HealthCommand.RunAsync(result.GetValue(url), cancellationToken));
        root.Subcommands.Add(health);
        return root;
    }

    private static string[] Without(string command, string[] args) => [.. args.Where((arg, index) => index != Array.IndexOf(args, command))];
}
