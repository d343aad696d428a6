using System.Diagnostics;
using System.Globalization;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Transport;

/// <summary>The span of one call to a provider, by OpenTelemetry's conventions for generative AI: over queue and all attempts, to the end of the response.</summary>
/// <remarks>
/// https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md (status: Development).
/// Each attempt is a span of .NET's own below it. Nothing is made while nobody listens, nor for endpoints that are no operation of a model.
/// </remarks>
internal static class CallSpan
{
    // Names of models are a client's to choose.
    private const int MostModelLength = 128;

    public static Activity? Start(ProviderCall call)
    {
        if (!GatewayTelemetry.Spans.HasListeners() || call.Facts is not { Endpoint.Operation: { } operation } facts)
        {
            return null;
        }

        var model = facts.Model is { Length: > MostModelLength } longName ? longName[..MostModelLength] : facts.Model;
        var tags = new ActivityTagsCollection
        {
            [GenAI.Tags.OperationName] = operation,
            [GenAI.Tags.ProviderName] = call.Provider.GenAIName,
            [GatewayTelemetry.Tags.SpanProvider] = call.Provider.Name,
        };
        if (model is not null)
        {
            tags[GenAI.Tags.RequestModel] = model;
        }

        if (facts.IsStream)
        {
            tags[GenAI.Tags.RequestStream] = true;
        }

        if (facts.MaxOutputTokens is { } most)
        {
            tags[GenAI.Tags.RequestMaxTokens] = most;
        }

        return GatewayTelemetry.Spans.StartActivity(ActivityKind.Client, tags: tags, name: model is null ? operation : $"{operation} {model}");
    }

    /// <summary>Says where the call goes: told for each attempt, the last one stands.</summary>
    public static void Attempt(ProviderCall call, Uri destination)
    {
        if (call.Span is { IsAllDataRequested: true } span)
        {
            span.SetTag("server.address", destination.IdnHost);
            span.SetTag("server.port", destination.Port);
        }
    }

    /// <summary>Ends it with what the call used.</summary>
    public static void End(ProviderCall call, in TokenUsage usage)
    {
        if (call.Span is not { IsStopped: false } span)
        {
            return;
        }

        if (span.IsAllDataRequested)
        {
            AddUsage(span, usage);
            if (call.StatusCode != 0)
            {
                span.SetTag("http.response.status_code", call.StatusCode);
            }

            if (call.Facts is { IsStream: true } && call.FirstByteAfter is { } first)
            {
                span.SetTag(GenAI.Tags.TimeToFirstChunk, first.TotalSeconds);
            }

            if (ErrorOf(call) is { } error)
            {
                span.SetTag(GenAI.Tags.ErrorType, error);
                span.SetStatus(ActivityStatusCode.Error);
            }
        }

        span.Stop();
    }

    private static void AddUsage(Activity span, in TokenUsage usage)
    {
        Add(GenAI.Tags.InputTokens, usage.Input);
        Add(GenAI.Tags.CacheReadTokens, usage.CachedInput);
        Add(GenAI.Tags.CacheWriteTokens, usage.CacheWrite5m + usage.CacheWrite1h);
        Add(GenAI.Tags.OutputTokens, usage.Output);
        Add(GenAI.Tags.ReasoningTokens, usage.Reasoning);

        void Add(string name, long tokens)
        {
            if (tokens > 0)
            {
                span.SetTag(name, tokens);
            }
        }
    }

    private static string? ErrorOf(ProviderCall call) => call.Outcome switch
    {
        CallOutcome.Ok => null,
        CallOutcome.ClientError or CallOutcome.ProviderError => call.StatusCode.ToString(CultureInfo.InvariantCulture),
        var outcome => TransportMetrics.NameOf(outcome),
    };
}
