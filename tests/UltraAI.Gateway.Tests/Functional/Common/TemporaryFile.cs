namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>A file for as long as a test runs, for settings that name one.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string text) => Write(text);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "ultraai-tests-" + System.IO.Path.GetRandomFileName());

    /// <summary>Replaces the content in one step.</summary>
    public void Write(string text)
    {
        File.WriteAllText(Path + ".new", text);
        File.Move(Path + ".new", Path, overwrite: true);
    }

    public void Dispose() => File.Delete(Path);
}
