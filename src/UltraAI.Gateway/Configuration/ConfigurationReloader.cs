using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Configuration;

/// <summary>Looks at the content of the configuration's files, and those of secrets, every two seconds, and reloads when it has changed.</summary>
/// <remarks>By content, since file events are lost on network shares, and the files of a Kubernetes secret are swapped by a link.</remarks>
internal sealed partial class ConfigurationReloader : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly KeyValuePair<string, object?> Applied = new(GatewayTelemetry.Tags.Outcome, "applied");
    private static readonly KeyValuePair<string, object?> Rejected = new(GatewayTelemetry.Tags.Outcome, "rejected");

    private readonly ConfigurationLoader _loader;
    private readonly ConfigurationStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<ConfigurationReloader> _logger;
    private readonly Counter<long> _reloads;
    private readonly JsonObject _hostSections;
    private volatile bool _isLastApplied = true;

    public ConfigurationReloader(ConfigurationLoader loader, ConfigurationStore store, IMeterFactory meters, TimeProvider time, ILogger<ConfigurationReloader> logger)
    {
        _loader = loader;
        _hostSections = loader.HostSections;
        _store = store;
        _time = time;
        _logger = logger;
        _reloads = meters.Create(GatewayTelemetry.MeterName)
            .CreateCounter<long>(GatewayTelemetry.Instruments.ConfigReloads, description: "Reloads of the configuration, by outcome.");
        _reloads.Add(0, Applied);
        _reloads.Add(0, Rejected);
        meters.Create(GatewayTelemetry.MeterName).CreateObservableGauge(
            GatewayTelemetry.Instruments.ConfigLastReload, () => _isLastApplied ? 1 : 0, description: "1 while what the files hold is in force, 0 after it was refused.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Those of a rejected attempt: the same fault is told once, and a file that it lacked may be there now.
            if (_loader.Watched.HaveChanged())
            {
                Reload();
            }
        }
    }

    private void Reload()
    {
        try
        {
            var next = _loader.Load();
            if (next.Transport != _store.Current.Transport)
            {
                throw new ConfigurationException([new ConfigurationError("Gateway:Transport", "is read at start only; this change needs a restart.")]);
            }

            if (!next.Store.IsSameAs(_store.Current.Store))
            {
                throw new ConfigurationException([new ConfigurationError("Gateway:Store", "is read at start only; this change needs a restart.")]);
            }

            if (next.AdminPort != _store.Current.AdminPort)
            {
                throw new ConfigurationException([new ConfigurationError("Gateway:Admin:Port", "is read at start only; this change needs a restart.")]);
            }

            if (next.Rehearsal != _store.Current.Rehearsal)
            {
                throw new ConfigurationException([new ConfigurationError("Gateway:Rehearsal", "is read at start only; this change needs a restart.")]);
            }

            _store.Replace(next);
            Count(isApplied: true);
            LogApplied();
            TellWhatNeedsARestart();
        }
        catch (ConfigurationException exception)
        {
            Count(isApplied: false);
            foreach (var error in exception.Errors)
            {
                LogRejected(error.Path, error.Message);
            }
        }
        catch (Exception exception)
        {
            // Whatever it was, it must not end the process that serves with the last good one.
            Count(isApplied: false);
            LogRejected("Gateway", $"reading it failed: {exception.GetType().Name}.");
        }
    }

    private void Count(bool isApplied)
    {
        _isLastApplied = isApplied;
        _reloads.Add(1, isApplied ? Applied : Rejected);
    }

    private void TellWhatNeedsARestart()
    {
        var now = _loader.HostSections;
        foreach (var name in _hostSections.Select(section => section.Key).Union(now.Select(section => section.Key), StringComparer.OrdinalIgnoreCase))
        {
            if (!JsonNode.DeepEquals(_hostSections[name], now[name]))
            {
                LogNeedsRestart(name);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "The changed configuration is in force", EventName = "ConfigurationApplied")]
    private partial void LogApplied();

    [LoggerMessage(LogLevel.Warning, "Section '{Section}' of the files is not the one that is in force: it is read at start only, so its change needs a restart", EventName = "ConfigurationNeedsRestart")]
    private partial void LogNeedsRestart(string section);

    [LoggerMessage(LogLevel.Error, "The changed configuration is refused, the last good one stays in force. {Path}: {Reason}", EventName = "ConfigurationRejected")]
    private partial void LogRejected(string path, string reason);
}
