using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Admin;

/// <summary>An error of the admin API, written as problem details: https://www.rfc-editor.org/rfc/rfc9457.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Code">The value of <c>x-ultraai-error</c>.</param>
/// <param name="Detail">Names the thing and the fix, and holds no secret.</param>
internal sealed record AdminProblem(int Status, ErrorCode Code, string Detail)
{
    public const string MediaType = "application/problem+json";

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is wrong with the request, each fault with its place.</summary>
    public IReadOnlyList<AdminFault> Faults { get; init; } = [];

    /// <summary>Fields that go with it, such as <c>Allow</c>.</summary>
    public IReadOnlyList<(string Name, string Value)> Fields { get; init; } = [];

    public static AdminProblem Of(GatewayError error) => new(error.StatusCode, error.Code, error.Message)
    {
        Fields = error.RetryAfter is { } after ? [("Retry-After", Seconds(after))] : [],
    };

    public static string Seconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes the whole response. Must not be called once the response has started.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            WriteBody(json);
        }

        response.StatusCode = Status;
        response.ContentType = MediaType;
        response.ContentLength = buffer.WrittenCount;
        response.Headers[ErrorResponse.CodeField] = new GatewayError(Code, Detail).Name;
        foreach (var (name, value) in Fields)
        {
            response.Headers[name] = value;
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
        }
    }

    public void WriteBody(Utf8JsonWriter json)
    {
        json.WriteStartObject();

        // The type is left out, "about:blank", so the title is that of the status.
        json.WriteString("title", ReasonPhrases.GetReasonPhrase(Status));
        json.WriteNumber("status", Status);
        json.WriteString("detail", Detail);
        if (Faults.Count > 0)
        {
            json.WriteStartArray("errors");
            foreach (var fault in Faults)
            {
                json.WriteStartObject();
                json.WriteString("detail", fault.Detail);
                json.WriteString(fault.IsParameter ? "parameter" : "pointer", fault.Place);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}

/// <summary>Ends the handling of a request with a problem.</summary>
internal sealed class AdminException(AdminProblem problem) : Exception(problem.Detail)
{
    public AdminProblem Problem { get; } = problem;
}
