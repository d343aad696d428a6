namespace UltraAI.Gateway.Configuration;

/// <summary>One fault of a configuration.</summary>
/// <param name="Path">Where it is, such as <c>Gateway:Providers:openai:BaseUrl</c>.</param>
/// <param name="Message">What is wrong, and how to mend it.</param>
internal sealed record ConfigurationError(string Path, string Message)
{
    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>A configuration can't be used; it says every fault at once.</summary>
internal sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception("The configuration is not valid:" + string.Concat(errors.Select(error => Environment.NewLine + "  " + error)))
{
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}

/// <summary>Collects faults. The first one at a path is kept: what follows from it would only confuse.</summary>
internal sealed class ConfigurationErrors
{
    private readonly List<ConfigurationError> _errors = [];
    private readonly List<string> _whole = [];

    public IReadOnlyList<ConfigurationError> All => [.. _errors.OrderBy(error => error.Path, StringComparer.Ordinal)];

    public bool Any => _errors.Count > 0;

    public void Add(string path, string message)
    {
        if (!_errors.Exists(error => error.Path == path) && !_whole.Exists(prefix => path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            _errors.Add(new ConfigurationError(path, message));
        }
    }

    /// <summary>Adds a fault of all that lies below a path: it can't be read, and is not spoken of any more.</summary>
    public void AddWhole(string path, string message)
    {
        Add(path, message);
        _whole.Add(path + ":");
    }
}
