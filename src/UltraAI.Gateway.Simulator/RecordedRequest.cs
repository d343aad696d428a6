using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator;

/// <summary>A request as the simulated provider received it.</summary>
public sealed class RecordedRequest
{
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _bodyReceived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BodyProgress _progress = new();

    internal RecordedRequest(string provider, HttpContext context, DateTimeOffset arrivedAt)
    {
        Provider = provider;
        Method = context.Request.Method;
        RawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Headers = [.. context.Request.Headers.SelectMany(header => header.Value, (header, value) => KeyValuePair.Create(header.Key, value ?? ""))];
        ConnectionId = context.Connection.Id;
        Protocol = context.Request.Protocol;
        ArrivedAt = arrivedAt;
    }

    /// <summary>Gets the name of the provider that received it.</summary>
    public string Provider { get; }

    /// <summary>Gets the method.</summary>
    public string Method { get; }

    /// <summary>Gets the request target, byte for byte.</summary>
    public string RawTarget { get; }

    /// <summary>Gets the headers, one pair for each value; each character is one byte (Latin-1).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Gets the first 1 MiB of the body; empty when it was dropped for newer ones.</summary>
    public byte[] Body { get; private set; } = [];

    /// <summary>Gets how many bytes of the body have been received so far.</summary>
    public long BodyLength => _progress.Received;

    /// <summary>Gets the SHA-256 of the whole body in lower-case hexadecimal; empty until it has arrived.</summary>
    public string BodySha256 { get; private set; } = "";

    /// <summary>Gets the model the request names in its body, path or query, if any.</summary>
    public string? Model { get; internal set; }

    /// <summary>Gets what the request used, once the answer came to it; <see langword="null"/> for endpoints that count no tokens.</summary>
    public SimulatedUsage? Usage { get; private set; }

    /// <summary>Gets whether the answer reports <see cref="Usage"/>: a stream does so only if it is asked to, and a behaviour can forbid it.</summary>
    public bool IsUsageReported { get; private set; }

    /// <summary>Gets the identity of the connection: equal for requests that shared one.</summary>
    public string ConnectionId { get; }

    /// <summary>Gets the protocol, such as <c>HTTP/1.1</c>.</summary>
    public string Protocol { get; }

    /// <summary>Gets when the head arrived.</summary>
    public DateTimeOffset ArrivedAt { get; }

    /// <summary>Gets when the client went away before the answer ended, if it did.</summary>
    public DateTimeOffset? AbortedAt { get; private set; }

    /// <summary>Gets a task that completes when the client went away before the answer ended.</summary>
    public Task Aborted => _aborted.Task;

    /// <summary>Gets a task that completes when the provider is done with the request, whichever way.</summary>
    public Task Completed => _completed.Task;

    /// <summary>Gets a task that completes when the body has arrived whole.</summary>
    public Task BodyReceived => _bodyReceived.Task;

    /// <summary>Gets the path part of <see cref="RawTarget"/>, not decoded.</summary>
    public string Path => RawTarget.Split('?', 2)[0] is { Length: > 0 } path ? path : "/";

    /// <summary>Gets the kept body as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>Gets the value of a header, several joined by a comma and a space; <see langword="null"/> when there is none.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        return values.Count == 0 ? null : string.Join(", ", values);
    }

    /// <summary>Reads the kept body as JSON; <see langword="null"/> when it is none.</summary>
    public JsonNode? Json()
    {
        try
        {
            return Content.Json.Parse(Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Waits until at least so many bytes of the body have been received.</summary>
    public Task WaitForBodyAsync(long bytes, TimeSpan? timeout = null) => _progress.WaitAsync(bytes, timeout ?? TimeSpan.FromSeconds(10));

    internal void SetUsage(SimulatedUsage usage, bool isReported) => (Usage, IsUsageReported) = (usage, isReported);

    internal void AddReceived(int bytes) => _progress.Add(bytes);

    internal void SetBody(byte[] kept, string sha256)
    {
        Body = kept;
        BodySha256 = sha256;
        _bodyReceived.TrySetResult();
    }

    internal void DropBody() => Body = [];

    internal void SetAborted(DateTimeOffset now)
    {
        AbortedAt ??= now;
        _aborted.TrySetResult();
    }

    internal void SetCompleted() => _completed.TrySetResult();
}
