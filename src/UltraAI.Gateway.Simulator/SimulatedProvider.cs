using UltraAI.Gateway.Simulator.Dialects;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator;

/// <summary>One simulated provider: where it listens, what it demands, what it saw, and how it is told to misbehave.</summary>
public sealed class SimulatedProvider : IAsyncDisposable
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(10);

    private readonly ProviderHost _host;
    private readonly RequestLog _log;
    private readonly ScriptList _scripts;
    private readonly ConnectionCounter _connections;
    private readonly CallPipeline _pipeline;
    private readonly UsageTally _usage = new();

    private SimulatedProvider(ProviderDialect dialect, SimulatorOptions options)
    {
        Name = dialect.Name;
        Credential = dialect.Credential;
        _log = new RequestLog(options.RecordedRequestLimit);
        _scripts = new ScriptList();
        _connections = new ConnectionCounter();
        _pipeline = new CallPipeline(dialect, options, _log, _scripts, _usage);
        _host = new ProviderHost(options, _connections, _pipeline.HandleAsync);
    }

    /// <summary>Gets the provider's name: openai, anthropic, google or huggingface.</summary>
    public string Name { get; }

    /// <summary>Gets the address the provider listens on, without a path.</summary>
    public Uri BaseAddress => _host.BaseAddress;

    /// <summary>Gets the one credential this provider accepts.</summary>
    public string Credential { get; }

    /// <summary>Gets the requests seen so far, oldest first; a request is listed as soon as its head arrived.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Snapshot();

    /// <summary>Gets how many connections were accepted since the start.</summary>
    public int AcceptedConnections => _connections.Accepted;

    /// <summary>Gets how many connections are open now.</summary>
    public int OpenConnections => _connections.Open;

    /// <summary>Gets how many requests are being answered now.</summary>
    public int ActiveRequests => _pipeline.Active;

    /// <summary>Gets what the provider has reported as used since the start, added up by model.</summary>
    public IReadOnlyDictionary<string, SimulatedUsage> UsageByModel => _usage.Snapshot();

    /// <summary>Forgets the requests and the usage seen so far.</summary>
    public void ClearRequests()
    {
        _log.Clear();
        _usage.Clear();
    }

    /// <summary>Waits for a request whose body has arrived whole; one that is already recorded counts.</summary>
    /// <param name="predicate">Which request to wait for; any when left out.</param>
    /// <param name="timeout">How long to wait, in real time. The default is 10 seconds.</param>
    /// <exception cref="TimeoutException">No such request came in time.</exception>
    public Task<RecordedRequest> WaitForRequestAsync(Func<RecordedRequest, bool>? predicate = null, TimeSpan? timeout = null) =>
        _log.WaitAsync(predicate ?? (_ => true), wholeBody: true, timeout ?? DefaultWait);

    /// <summary>Waits for a request's head; its body may still be on the way.</summary>
    /// <inheritdoc cref="WaitForRequestAsync"/>
    public Task<RecordedRequest> WaitForArrivalAsync(Func<RecordedRequest, bool>? predicate = null, TimeSpan? timeout = null) =>
        _log.WaitAsync(predicate ?? (_ => true), wholeBody: false, timeout ?? DefaultWait);

    /// <summary>Adds a behaviour for matching requests. Scripts are tried in the order they were added; the first match is used.</summary>
    /// <param name="when">Which requests it is for; asked once the body has arrived, except for a behaviour with <see cref="SimulatedBehaviour.BeforeBody"/>.</param>
    /// <param name="then">How they are answered.</param>
    /// <param name="times">How many requests it serves before it is used up; without end when left out.</param>
    public void Script(Func<RecordedRequest, bool> when, SimulatedBehaviour then, int? times = null) => _scripts.Add(when, then, times);

    /// <summary>Removes all scripts.</summary>
    public void ClearScripts() => _scripts.Clear();

    /// <summary>Closes all connections and stops listening.</summary>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    internal static async Task<SimulatedProvider> StartAsync(ProviderDialect dialect, SimulatorOptions options, int port, CancellationToken cancellationToken)
    {
        var provider = new SimulatedProvider(dialect, options);
        await provider._host.StartAsync(port, cancellationToken);
        return provider;
    }
}
