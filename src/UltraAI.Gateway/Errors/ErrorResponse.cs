using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Errors;

/// <summary>Answers a request with an error of the gateway's own.</summary>
internal static class ErrorResponse
{
    // The body is JSON in a response of type application/json, so HTML's characters need no escaping.
    private static readonly JsonWriterOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string OwnPrefix = "x-ultraai-";

    public const string CodeField = "x-ultraai-error";
    public const string RequestIdField = "x-ultraai-request-id";
    public const string ShouldRetryField = "x-should-retry";

    /// <summary>Writes the whole response. Must not be called once the response has started.</summary>
    public static async Task WriteAsync(HttpContext context, GatewayError error, IErrorRenderer renderer)
    {
        var response = context.Response;
        ClearAllButOwn(response);
        var requestId = response.Headers[RequestIdField].ToString();
        if (requestId.Length == 0)
        {
            response.Headers[RequestIdField] = requestId = RequestIds.Next();
        }

        response.StatusCode = error.StatusCode;
        response.Headers[CodeField] = error.Name;
        if (error.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (!error.MayRetry)
        {
            response.Headers[ShouldRetryField] = "false";
        }

        if (error.Code is ErrorCode.Draining or ErrorCode.ClientTimeout && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            response.Headers.Connection = "close";
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            renderer.Write(json, error, requestId);
        }

        response.ContentType = renderer.ContentType;
        response.ContentLength = buffer.WrittenCount;

        // To the server 'head' is another method, whose answer has the body that its length tells of.
        if (context.Request.Method != HttpMethods.Head)
        {
            await response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
        }
    }

    /// <summary>Empties a response, but for the gateway's own fields: the request's id, and what is left of the key's limits.</summary>
    public static void ClearAllButOwn(HttpResponse response)
    {
        var own = new List<KeyValuePair<string, StringValues>>();
        foreach (var field in response.Headers)
        {
            if (field.Key.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase))
            {
                own.Add(field);
            }
        }

        response.Clear();
        foreach (var (name, value) in own)
        {
            response.Headers[name] = value;
        }
    }
}
