using System.Text;

namespace UltraAI.Gateway.Keys;

/// <summary>Reads a secret from where its options say. Error messages name the place, never the content.</summary>
internal sealed class SecretReader(Func<string, string?> environment, WatchedFiles files)
{
    private const int MaxLength = 4096;

    // A byte order mark is what some editors put before the text.
    private static readonly char[] WhiteSpace = [' ', '\t', '\r', '\n', '\uFEFF'];

    /// <returns>The secret, or null with the error.</returns>
    public string? Read(SecretOptions options, out string property, out string error)
    {
        (property, var secret, error) = options switch
        {
            { Value: { } value } => ("Value", value, value.Length == 0 ? "is empty." : ""),
            { Env: { } name } => ("Env", environment(name)?.Trim(), $"environment variable '{name}' is not set, or empty."),
            { File: { } path } => ("File", ReadFile(path, out var reason), reason),
            _ => ("", null, "has none of Value, Env, File."),
        };
        if (string.IsNullOrEmpty(secret))
        {
            return null;
        }

        if (secret.Length > MaxLength)
        {
            error = $"is longer than {MaxLength} characters.";
            return null;
        }

        // It has to stand in a field, where white space and control characters end it or are refused.
        if (secret.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            error = "holds white space or characters outside of ASCII; a key can't have them.";
            return null;
        }

        error = "";
        return secret;
    }

    private string? ReadFile(string path, out string error)
    {
        try
        {
            var text = Encoding.UTF8.GetString(files.Read(path)).Trim(WhiteSpace);
            error = $"file '{path}' is empty.";
            return text;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = exception is FileNotFoundException or DirectoryNotFoundException
                ? $"file '{path}' is not there."
                : $"file '{path}' can't be read: {exception.Message}";
            return null;
        }
    }
}
