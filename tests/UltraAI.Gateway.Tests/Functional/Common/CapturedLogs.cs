using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Keeps every log line with its category, structured values, scopes and exception as text.</summary>
internal sealed class CapturedLogs : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> _lines = new();
    private IExternalScopeProvider? _scopes;

    public IReadOnlyList<string> Lines => [.. _lines];

    public string AllText() => string.Join('\n', _lines);

    /// <summary>False for tests that send thousands of requests and watch memory.</summary>
    public bool IsRecording { get; set; } = true;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logs._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logs.IsRecording;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!logs.IsRecording)
            {
                return;
            }

            var parts = new List<string> { $"{logLevel} {category} {formatter(state, exception)}" };
            Add(parts, state);
            logs._scopes?.ForEachScope(static (scope, list) => Add(list, scope), parts);
            if (exception is not null)
            {
                parts.Add(exception.ToString());
            }

            logs._lines.Enqueue(string.Join(" | ", parts));
        }

        private static void Add(List<string> parts, object? state)
        {
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
            {
                parts.AddRange(values.Select(v => $"{v.Key}={v.Value}"));
            }
            else if (state is not null)
            {
                parts.Add(state.ToString() ?? "");
            }
        }
    }
}
