namespace UltraAI.Gateway.Telemetry;

/// <summary>Appends lines to a file or to standard output. For one writer at a time, away from the request path.</summary>
/// <remarks>A file is opened anew once a second while lines come, so that one that was moved away or cut short by a tool is let go of.</remarks>
internal sealed class LineOutput(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Reopening = TimeSpan.FromSeconds(1);

    private Stream? _stream;
    private LogTarget _target;
    private string? _path;
    private long _openedAt;

    /// <exception cref="IOException">It can't be written; the next attempt opens it anew.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> lines, LogTarget target, string? path)
    {
        try
        {
            if (_stream is not null && (target != _target || path != _path || (target == LogTarget.File && time.GetElapsedTime(_openedAt) > Reopening)))
            {
                await CloseAsync();
            }

            if (_stream is null)
            {
                (_target, _path, _openedAt) = (target, path, time.GetTimestamp());
                _stream = target == LogTarget.Console ? Console.OpenStandardOutput() : OpenFile(path!);
            }

            await _stream.WriteAsync(lines);
            await _stream.FlushAsync();
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    /// <summary>Why it could not be written: what the system says of the file; of anything else, whose words nobody knows, the kind.</summary>
    public static string ReasonOf(Exception exception) => exception is IOException or UnauthorizedAccessException ? exception.Message : exception.GetType().Name;

    public ValueTask DisposeAsync() => CloseAsync();

    private static FileStream OpenFile(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0, // what comes here is a batch already
    });

    private async ValueTask CloseAsync()
    {
        var stream = _stream;
        _stream = null;
        if (stream is not null)
        {
            try
            {
                await stream.DisposeAsync();
            }
            catch (IOException)
            {
                // What could not be written has been told by the write.
            }
        }
    }
}
