using System.Runtime.InteropServices;
using System.Text.Json;
using UltraAI.Gateway.Synthesis.Evaluation;

namespace UltraAI.Gateway.Commands;

/// <summary>What <c>ultra eval</c> is asked.</summary>
internal sealed record UltraEvalOptions
{
    public required string File { get; init; }

    public required string Preset { get; init; }

    /// <summary>How answers are checked where a question does not say.</summary>
    public required AnswerCheck Check { get; init; }

    /// <summary>The gateway; null: the one of this machine.</summary>
    public string? Url { get; init; }

    /// <summary>How many runs are under way at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Where runs are kept; null: nowhere.</summary>
    public string? Cache { get; init; }

    /// <summary>Where the report goes as JSON; null: nowhere.</summary>
    public string? Json { get; init; }
}

/// <summary><c>ultra eval</c>: how a preset does against its members alone and against a vote, on questions whose answers are known.</summary>
internal static class UltraEvalCommand
{
    /// <summary>Where the virtual key stands.</summary>
    public const string KeyVariable = "ULTRAAI_KEY";

    /// <summary>The exit code after Ctrl+C, as shells have it.</summary>
    public const int Interrupted = 130;

    // The gateway's comments come every 10 s.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="CommandException">The file has faults, the gateway refuses or can't be reached.</exception>
    public static async Task<int> RunAsync(UltraEvalOptions options, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));

        var questions = Read(options);
        using var gateway = GatewayClient.Open(options.Url, KeyVariable, Patience);
        using var cache = new EvaluationCache(options.Cache);
        CheckJson(options.Json);
        var runs = new EvaluatedRun?[questions.Count];
        try
        {
            var client = await EvaluationClient.OpenAsync(gateway, options.Preset, stop.Token);
            await Parallel.ForAsync(0, questions.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = stop.Token }, async (i, token) =>
            {
                runs[i] = cache.Find(client.KeyOf(questions[i])) ?? await AskAsync(client, cache, questions[i], token);
            });
        }
        catch (OperationCanceledException)
        {
            await ReportAsync(options, questions, runs);
            await Console.Error.WriteLineAsync($"Interrupted: {runs.Count(run => run is not null)} of {questions.Count} questions were run.");
            return Interrupted;
        }
        catch (CommandException)
        {
            await ReportAsync(options, questions, runs);
            throw;
        }

        await ReportAsync(options, questions, runs);
        return 0;
    }

    private static async Task<EvaluatedRun> AskAsync(EvaluationClient client, EvaluationCache cache, EvaluationQuestion question, CancellationToken cancellationToken)
    {
        var run = await client.AskAsync(question, cancellationToken);
        cache.Add(run);
        await Console.Error.WriteLineAsync($"line {question.Line}: {(run.Answer is null ? $"failed, {run.Error}" : question.IsRight(run.Answer) ? "right" : "wrong")}");
        return run;
    }

    private static IReadOnlyList<EvaluationQuestion> Read(UltraEvalOptions options)
    {
        try
        {
            var (questions, errors) = QuestionFile.Read(File.ReadLines(options.File), options.Check);
            return errors.Count == 0
                ? questions
                : throw new CommandException(string.Join('\n', errors.Select(error => $"{options.File}, {error}")));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new CommandException($"{options.File} can't be read: {exception.Message}", exception);
        }
    }

    // Before anything is paid for.
    private static void CheckJson(string? path)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            using var file = File.OpenWrite(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--json {path}: {exception.Message}", exception);
        }
    }

    private static async Task ReportAsync(UltraEvalOptions options, IReadOnlyList<EvaluationQuestion> questions, EvaluatedRun?[] runs)
    {
        var results = questions.Zip(runs).Where(pair => pair.Second is not null).Select(pair => (pair.First, pair.Second!)).ToArray();
        if (results.Length == 0)
        {
            return;
        }

        var report = EvaluationReport.Of(options.Preset, results);
        await Console.Out.WriteAsync(EvaluationTable.Of(report));
        if (options.Json is { } path)
        {
            await using var file = File.Create(path);
            await using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
            EvaluationJson.Of(report).WriteTo(writer);
        }
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        // The second time it ends here and now.
        if (!stop.IsCancellationRequested)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
