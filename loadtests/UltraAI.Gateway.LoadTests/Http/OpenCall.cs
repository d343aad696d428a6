using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace UltraAI.Gateway.LoadTests.Http;

/// <summary>A request that has been sent: its answer, checked as it comes.</summary>
public sealed class OpenCall : IDisposable
{
    private readonly LoadScenario _scenario;
    private readonly TimeSpan _stall;
    private readonly CancellationTokenSource _limit;
    private HttpResponseMessage? _response;
    private IAsyncEnumerator<SseItem<string>>? _events;
    private CallOutcome _outcome;
    private string? _failure;
    private long _lastChunk;
    private bool _isWhole;

    internal OpenCall(LoadScenario scenario, TimeSpan stall, CancellationTokenSource limit, long began)
    {
        (_scenario, _stall, _limit) = (scenario, stall, limit);
        _outcome = new CallOutcome(CallOutcome.Ok, began, 0, 0);
    }

    /// <summary>Gets what is known so far: all of it after <see cref="ReadToEndAsync"/>.</summary>
    public CallOutcome SoFar => _outcome with { Code = _failure ?? CallOutcome.Ok, Ended = Stopwatch.GetTimestamp() };

    /// <summary>Reads what is left.</summary>
    public async Task<CallOutcome> ReadToEndAsync()
    {
        try
        {
            if (_failure is null && _events is not null)
            {
                while (await NextChunkAsync())
                {
                }
            }
            else if (_failure is null)
            {
                await ReadJsonAsync();
            }
        }
        catch (Exception exception) when (CodeOf(exception) is { } code)
        {
            Fail(code);
        }

        if (_failure is null && !_isWhole)
        {
            Fail("incomplete");
        }

        return SoFar;
    }

    /// <summary>Ends the request; one whose answer is not read to its end is cancelled.</summary>
    public void Dispose()
    {
        _response?.Dispose();
        _limit.Dispose();
    }

    internal async Task TakeAsync(HttpResponseMessage response)
    {
        _response = response;
        _outcome = _outcome with { Answered = Stopwatch.GetTimestamp() };
        if (response.StatusCode != HttpStatusCode.OK)
        {
            _outcome = _outcome with { RetryAfter = (int?)response.Headers.RetryAfter?.Delta?.TotalSeconds };
            await response.Content.CopyToAsync(Stream.Null, _limit.Token);
            Fail(response.Headers.TryGetValues("x-ultraai-error", out var codes) ? codes.First() : string.Create(CultureInfo.InvariantCulture, $"http_{(int)response.StatusCode}"));
        }
        else if (_scenario is LoadScenario.Streaming or LoadScenario.Ultra)
        {
            if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                Fail("not_a_stream");
                return;
            }

            var stream = await response.Content.ReadAsStreamAsync(_limit.Token);
            _events = SseParser.Create(stream).EnumerateAsync(_limit.Token).GetAsyncEnumerator(_limit.Token);
            while (_outcome.FirstChunk == 0 && await NextChunkAsync())
            {
            }
        }
    }

    internal void Fail(string code) => _failure ??= code;

    /// <summary>What a failure is counted as; null for one that is a fault of this program.</summary>
    internal static string? CodeOf(Exception exception) => exception switch
    {
        OperationCanceledException => "timeout",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } => "not_connected",
        HttpRequestException or HttpIOException or IOException => "broken_transfer",
        JsonException => "not_json",
        _ => null,
    };

    private async Task<bool> NextChunkAsync()
    {
        if (!await _events!.MoveNextAsync())
        {
            return false;
        }

        var item = _events.Current;
        var now = Stopwatch.GetTimestamp();
        _outcome = _outcome with { Chunks = _outcome.Chunks + 1, Bytes = _outcome.Bytes + item.Data.Length };
        if (_lastChunk != 0)
        {
            var gap = Stopwatch.GetElapsedTime(_lastChunk, now);
            _outcome = _outcome with
            {
                Stalls = _outcome.Stalls + (gap >= _stall ? 1 : 0),
                LongestGap = gap > _outcome.LongestGap ? gap : _outcome.LongestGap,
            };
        }

        _lastChunk = now;
        if (_outcome.FirstChunk == 0 && IsAnswer(item))
        {
            _outcome = _outcome with { FirstChunk = now };
        }

        if (item.EventType is "run.failed" or "run.cancelled" or "error" || (_scenario == LoadScenario.Streaming && item.Data.StartsWith("{\"error\"", StringComparison.Ordinal)))
        {
            Fail("error_in_stream");
        }

        _isWhole |= _scenario == LoadScenario.Ultra ? item.EventType == "run.completed" : item.Data == "[DONE]";
        return true;
    }

    // Of a run, the first words of the answer; what happens before is progress.
    private bool IsAnswer(SseItem<string> item) => _scenario == LoadScenario.Ultra ? item.EventType == "synthesis.delta" : item.Data != "[DONE]";

    private async Task ReadJsonAsync()
    {
        var body = await _response!.Content.ReadAsByteArrayAsync(_limit.Token);
        _outcome = _outcome with { Bytes = body.Length };
        using var json = JsonDocument.Parse(body);
        _isWhole = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("choices", out var choices)
            && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0;
    }
}
