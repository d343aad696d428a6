using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace UltraAI.Gateway.Soak;

/// <summary>Looks at the gateway from outside: the kernel's figures, its own metrics, and a full collection that is asked for over the diagnostics port.</summary>
internal sealed class Sampler(GatewayUnderTest gateway) : IDisposable
{
    // https://learn.microsoft.com/dotnet/fundamentals/diagnostics/runtime-garbage-collection-events: GCHeapCollectKeyword
    private const long CollectKeyword = 0x800000;
    private const double Mega = 1_000_000;

    private readonly HttpClient _client = new();

    public async Task<Sample> TakeAsync(TimeSpan elapsed)
    {
        await IdleAsync();

        // Twice: what the first one finds dead may have a finalizer, and goes with the second.
        await CollectAsync();
        await CollectAsync();

        // The session itself has a thread and handles while it lasts.
        await Task.Delay(TimeSpan.FromSeconds(1));
        var metrics = await MetricsAsync();
        return new Sample(
            elapsed.TotalMinutes,
            Threads(),
            Directory.GetFileSystemEntries($"/proc/{gateway.ProcessId}/fd").Length,
            (int)(metrics.Of("http_client_open_connections") + metrics.Of("kestrel_active_connections")),
            (metrics.Of("dotnet_gc_last_collection_heap_size_bytes") - metrics.Of("dotnet_gc_last_collection_heap_fragmentation_size_bytes")) / Mega,
            metrics.Of("dotnet_process_memory_working_set_bytes") / Mega,
            (long)metrics.Of("ultraai_requests_total"),
            CallsOf(metrics));
    }

    /// <summary>What became of the configurations, once it is known of as many as were written, or of all that come.</summary>
    public async Task<Reloads> ReloadsAsync()
    {
        Reloads seen = default;
        for (var i = 0; i < 50 && seen != gateway.Reloads; i++)
        {
            await Task.Delay(200);
            var metrics = await MetricsAsync();
            seen = new Reloads((int)metrics.Of("ultraai_config_reloads_total", "outcome=\"applied\""), (int)metrics.Of("ultraai_config_reloads_total", "outcome=\"rejected\""));
        }

        return seen;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Waits until nothing runs any more, and idle connections are closed.</summary>
    private async Task IdleAsync()
    {
        for (var i = 0; i < 100; i++)
        {
            var metrics = await MetricsAsync();
            if (CallsOf(metrics) == 0 && metrics.Of("http_client_open_connections") == 0)
            {
                return;
            }

            await Task.Delay(200);
        }
    }

    private static int CallsOf(Metrics metrics) => (int)(metrics.Of("ultraai_calls_active") + metrics.Of("ultraai_queue_depth"));

    private async Task CollectAsync()
    {
        var collections = (await MetricsAsync()).Of("dotnet_gc_collections_total");
        using var session = await AskAsync();
        for (var i = 0; i < 100 && (await MetricsAsync()).Of("dotnet_gc_collections_total") <= collections; i++)
        {
            await Task.Delay(50);
        }
    }

    private async Task<IDisposable> AskAsync()
    {
        var client = new DiagnosticsClient(gateway.ProcessId);
        var provider = new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectKeyword);
        var session = await client.StartEventPipeSessionAsync([provider], requestRundown: false, 1, CancellationToken.None);
        return new Session(session);
    }

    private int Threads() => int.Parse(
        File.ReadLines($"/proc/{gateway.ProcessId}/status").Single(line => line.StartsWith("Threads:", StringComparison.Ordinal))["Threads:".Length..], CultureInfo.InvariantCulture);

    private async Task<Metrics> MetricsAsync() => new((await _client.GetStringAsync(new Uri(gateway.Address + "/metrics"))).Split('\n'));

    /// <summary>The gateway's metrics as text.</summary>
    private sealed class Metrics(string[] lines)
    {
        /// <summary>A metric, over all its labels or those with one.</summary>
        public double Of(string name, string label = "") => lines
            .Where(line => (line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal)) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Replace(name, "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the events that come along, and ends the session.</summary>
    private sealed class Session : IDisposable
    {
        private readonly EventPipeSession _session;
        private readonly Task _reading;

        public Session(EventPipeSession session)
        {
            _session = session;
            _reading = session.EventStream.CopyToAsync(Stream.Null);
        }

        public void Dispose()
        {
            _session.Stop();
            _reading.Wait(TimeSpan.FromSeconds(10));
            _session.Dispose();
        }
    }
}
