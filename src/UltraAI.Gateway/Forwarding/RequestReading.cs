using System.Buffers;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Inspection;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Decides how much of a request's body is read before it goes on, and reads it.</summary>
internal static class RequestReading
{
    public static BodyDemand DemandOf(VirtualKey key, RequestLine line, HttpRequest request)
    {
        var (provider, endpoint) = (line.Provider, line.Endpoint);
        var metersTokens = key.IsMetered || provider.Limits?.TokensPerMinute is not null;
        if (ModelPolicy.NeedsBody(key, endpoint, line.Method, metersTokens, RequestsUsage(key, provider)))
        {
            return BodyDemand.Whole;
        }

        if (provider.HasChoice && request.ContentLength is { } length && length <= provider.ReplayBufferBytes)
        {
            return BodyDemand.Replay;
        }

        return endpoint.Usage == UsageDialect.None ? BodyDemand.WhatIsThere : BodyDemand.Beginning;
    }

    public static RequestFacts Read(HttpRequest request, RequestLine line, ClientBody body)
    {
        var provider = line.Provider;
        var facts = RequestInspector.Inspect(provider.Kind, line.Endpoint, new InspectedRequest
        {
            Method = line.Method,
            Path = provider.PathOf(line.Target),
            BasePath = provider.BasePath,
            Query = line.Query,
            ContentType = request.ContentType,
            IsEncoded = request.Headers.ContentEncoding.Count > 0,
            Body = body.Bytes,
            IsWhole = body.IsWhole,
        });
        if (!body.IsWhole)
        {
            facts.BodyBytes = request.ContentLength ?? facts.BodyBytes;
        }

        if (facts.Endpoint.Usage != UsageDialect.None && facts.BodyBytes > ClientBody.FreeBytes)
        {
            // Pictures and sounds are long; short bodies have none worth telling apart.
            foreach (var segment in body.Bytes)
            {
                facts.MediaBytes += Base64Text.Measure(segment.Span);
            }
        }

        return facts;
    }

    /// <returns>The whole body with a request for usage in it; null where none is wanted, or it is asked for already.</returns>
    public static ReadOnlySequence<byte>? WithUsageRequest(VirtualKey key, Provider provider, RequestFacts facts, ClientBody body) =>
        facts is { IsStream: true, AsksForUsage: false, Endpoint.ReportsStreamUsageOnRequest: true } && body.IsWhole && RequestsUsage(key, provider)
            ? UsageRequest.TryAdd(body.Bytes)
            : null;

    private static bool RequestsUsage(VirtualKey key, Provider provider) =>
        provider.RequestUsage == UsageRequestMode.Always || (provider.RequestUsage == UsageRequestMode.WhenLimited && key.IsMetered);
}
