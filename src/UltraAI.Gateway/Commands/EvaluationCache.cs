using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using UltraAI.Gateway.Synthesis.Evaluation;

namespace UltraAI.Gateway.Commands;

/// <summary>The runs of an evaluation in a file, one per line: an evaluation that was broken off goes on, and another check is made on the same drafts at no cost.</summary>
internal sealed class EvaluationCache : IDisposable
{
    private const char ByteOrderMark = '\uFEFF';

    private readonly Dictionary<string, EvaluatedRun> _runs = new(StringComparer.Ordinal);
    private readonly FileStream? _file;
    private readonly StreamWriter? _writer;
    private readonly Lock _lock = new();

    /// <param name="path">The file, which is made if it is not there; null: nothing is kept.</param>
    /// <exception cref="CommandException">The file is something else.</exception>
    public EvaluationCache(string? path)
    {
        if (path is null)
        {
            return;
        }

        _file = Open(path);
        try
        {
            Load(path, _file);
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        _writer = new StreamWriter(_file) { AutoFlush = true, NewLine = "\n" };
    }

    public EvaluatedRun? Find(string key)
    {
        lock (_lock)
        {
            return _runs.GetValueOrDefault(key);
        }
    }

    /// <summary>Keeps a run that has an answer; one that failed is to be tried again.</summary>
    public void Add(EvaluatedRun run)
    {
        if (_writer is null || run.Answer is null)
        {
            return;
        }

        lock (_lock)
        {
            _runs[run.Key] = run;
            _writer.WriteLine(JsonSerializer.Serialize(run, EvaluatedRunJson.Default.EvaluatedRun));
        }
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _file?.Dispose();
    }

    private void Load(string path, FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);

        // What has no end was being written when the machine stopped.
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).TrimStart(ByteOrderMark).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            try
            {
                var run = JsonSerializer.Deserialize(line, EvaluatedRunJson.Default.EvaluatedRun) ?? throw new JsonException("null");
                _runs[run.Key] = run;
            }
            catch (JsonException exception)
            {
                throw new CommandException($"{path}:{number} is not a run; --cache must name a file that this command wrote, or none yet.", exception);
            }
        }

        file.SetLength(whole);
        file.Seek(0, SeekOrigin.End);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--cache {path}: {exception.Message}", exception);
        }
    }
}

/// <summary>A run as a line of the cache.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EvaluatedRun))]
internal sealed partial class EvaluatedRunJson : JsonSerializerContext;
