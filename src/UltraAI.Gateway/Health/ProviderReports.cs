using System.Text.Json;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Telemetry;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Health;

/// <summary>One provider at one moment: what is needed to write about it.</summary>
internal sealed record ProviderReport(Provider Provider, int Active, int Waiting, CallCounts Counts, OriginConnections Connections, long CallsOnConnections, ProviderState State, UsageTotals Usage);

/// <summary>Puts together what is known about the providers, for whoever asks. No secrets.</summary>
internal sealed class ProviderReports(IProviderSource providers, TransportMetrics metrics, ProviderInvoker invoker, ConnectionCounts connections, ProviderStates states)
{
    // In the order of CallOutcome.
    private static readonly JsonEncodedText[] Outcomes =
        [.. Enumerable.Range(0, CallCounts.Outcomes).Select(outcome => JsonEncodedText.Encode(TransportMetrics.NameOf((CallOutcome)outcome)))];

    /// <summary>All providers of the configuration, by name.</summary>
    public IEnumerable<ProviderReport> Read(UsageSinceStart usage) =>
        providers.Providers.All.OrderBy(provider => provider.Name, StringComparer.Ordinal).Select(provider => Read(provider, usage.OfProvider(provider.Name)));

    private ProviderReport Read(Provider provider, UsageTotals usage)
    {
        // Several destinations may be at one origin, whose connections they share.
        var load = metrics.LoadOf(provider);
        OriginConnections total = default;
        var calls = 0L;
        foreach (var destination in provider.Destinations.DistinctBy(destination => destination.Origin, StringComparer.Ordinal))
        {
            var (active, idle, made) = connections.At(destination.BaseUri);
            total = new OriginConnections(total.Active + active, total.Idle + idle, total.Made + made);
            calls += invoker.CallsAt(destination.Origin);
        }

        return new ProviderReport(
            provider, Math.Max(0, Volatile.Read(ref load.Active)), Math.Max(0, Volatile.Read(ref load.Waiting)), load.Counts, total, calls, states.Read(provider), usage);
    }

    /// <summary>What a provider is, and how it is now.</summary>
    public static void WriteState(Utf8JsonWriter json, ProviderReport report)
    {
        json.WriteString("name"u8, report.Provider.Name);
        json.WriteString("kind"u8, report.Provider.Kind.Name);
        json.WriteNumber("active_calls"u8, report.Active);
        json.WriteNumber("waiting_calls"u8, report.Waiting);
        json.WriteNumber("input_tokens"u8, report.Usage.InputTokens);
        json.WriteNumber("output_tokens"u8, report.Usage.OutputTokens);
        json.WriteNumber("cost_usd"u8, report.Usage.CostNanoUsd / 1_000_000_000m);
        WriteConnections(json, report);
        WriteDestinations(json, report);
        WriteCredentials(json, report);
    }

    /// <summary>Numbers of calls by how they ended.</summary>
    public static void WriteOutcomes(Utf8JsonWriter json, ReadOnlySpan<byte> name, Func<CallOutcome, long> count)
    {
        json.WriteStartObject(name);
        for (var outcome = 0; outcome < CallCounts.Outcomes; outcome++)
        {
            json.WriteNumber(Outcomes[outcome], count((CallOutcome)outcome));
        }

        json.WriteEndObject();
    }

    /// <summary>Median and 99th percentile in milliseconds; null where there is nothing to take them of.</summary>
    public static void WritePercentiles(Utf8JsonWriter json, ReadOnlySpan<byte> name, Func<double, double?> of)
    {
        if (of(0.5) is not { } median || of(0.99) is not { } most)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("p50"u8, Math.Round(median, 1));
        json.WriteNumber("p99"u8, Math.Round(most, 1));
        json.WriteEndObject();
    }

    /// <summary>As <see cref="WritePercentiles"/>, of the calls that had to wait for a place: zero if none had to.</summary>
    public static void WriteWaits(Utf8JsonWriter json, CallCounts.CallSpan span) => WritePercentiles(json, "wait_ms"u8, part => span.Wait(part) ?? 0);

    private static void WriteConnections(Utf8JsonWriter json, ProviderReport report)
    {
        var (active, idle, made) = report.Connections;
        json.WriteStartObject("connections"u8);
        json.WriteNumber("active"u8, active);
        json.WriteNumber("idle"u8, idle);
        json.WriteNumber("made_total"u8, made);
        if (made > 0)
        {
            json.WriteNumber("requests_per_connection"u8, Math.Round((double)report.CallsOnConnections / made, 2));
        }
        else
        {
            json.WriteNull("requests_per_connection"u8);
        }

        json.WriteEndObject();
    }

    private static void WriteDestinations(Utf8JsonWriter json, ProviderReport report)
    {
        // Where there is no choice, nothing is counted per destination.
        var destinations = report.State.Destinations;
        json.WriteStartArray("destinations"u8);
        foreach (var destination in destinations)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, destination.Name);
            json.WriteString("circuit"u8, destination.Circuit.Name());
            json.WriteNumber("active_calls"u8, destinations.Count == 1 ? report.Active : destination.ActiveCalls);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCredentials(Utf8JsonWriter json, ProviderReport report)
    {
        json.WriteStartArray("credentials"u8);
        foreach (var credential in report.State.Credentials)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, credential.Name);
            json.WriteString("state"u8, credential.State.Name());
            if (credential.Until is { } until)
            {
                json.WriteString("until"u8, until.UtcDateTime);
            }
            else
            {
                json.WriteNull("until"u8);
            }

            json.WriteStartArray("models"u8);
            foreach (var model in credential.Models)
            {
                json.WriteStringValue(model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
