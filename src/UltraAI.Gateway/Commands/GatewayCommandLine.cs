using System.CommandLine;
using UltraAI.Gateway.Configuration;
using UltraAI.Gateway.Demo;
using UltraAI.Gateway.Storage;
using UltraAI.Gateway.Synthesis.Evaluation;

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
        catch (Exception exception) when (exception is CommandException or StoreException)
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
        root.Subcommands.Add(new Command("ultra", "The synthesis pipeline.") { UltraEval(url) });
        return root;
    }

    private static Command UltraEval(Option<string> url)
    {
        const int MostParallel = 32;
        var file = new Option<string>("--file") { Description = "The questions: one JSON object per line, {\"question\":\"…\",\"answer\":\"…\"}, and if need be \"check\" and \"system\".", HelpName = "FILE", Required = true };
        var preset = new Option<string>("--preset") { Description = "The preset.", HelpName = "NAME", DefaultValueFactory = _ => "ultra" };
        var check = new Option<string>("--check") { Description = "How answers are checked where a question does not say: exact, numeric (the last number counts), contains.", DefaultValueFactory = _ => "contains" };
        check.AcceptOnlyFromAmong("exact", "numeric", "contains");
        var parallel = new Option<int>("--parallel") { Description = $"How many runs are under way at once, up to {MostParallel}: latencies are those of a single user at 1.", HelpName = "N", DefaultValueFactory = _ => 1 };
        parallel.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostParallel)
            {
                result.AddError($"--parallel must be 1 to {MostParallel}.");
            }
        });
        var cache = new Option<string>("--cache") { Description = "Keeps the runs in this file, and takes from it those that are there.", HelpName = "FILE" };
        var json = new Option<string>("--json") { Description = "Writes the results to this file, too.", HelpName = "FILE" };
        foreach (var path in (Option<string>[])[file, cache, json])
        {
            path.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<string>() is "")
                {
                    result.AddError($"{path.Name} names no file.");
                }
            });
        }

        var eval = new Command("eval", $"Measures a preset against its members alone and against a vote, on your questions. Takes the virtual key from {UltraEvalCommand.KeyVariable}.")
        {
            file, preset, check, url, parallel, cache, json,
        };
        eval.SetAction((result, cancellationToken) => UltraEvalCommand.RunAsync(
            new UltraEvalOptions
            {
                File = result.GetValue(file)!,
                Preset = result.GetValue(preset)!,
                Check = QuestionFile.CheckOf(result.GetValue(check))!.Value,
                Url = result.GetValue(url),
                Parallel = result.GetValue(parallel),
                Cache = result.GetValue(cache),
                Json = result.GetValue(json),
            },
            cancellationToken));
        return eval;
    }

    private static string[] Without(string command, string[] args) => [.. args.Where((arg, index) => index != Array.IndexOf(args, command))];
}
