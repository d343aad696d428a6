using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Admin;

/// <summary>Reads the JSON object in a request's body.</summary>
internal static class AdminBody
{
    /// <summary>Longest body, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    public const string Json = "application/json";
    public const string MergePatch = "application/merge-patch+json";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <param name="context">The request.</param>
    /// <param name="time">Bounds how long the client may take.</param>
    /// <param name="mediaTypes">What the body may be.</param>
    /// <exception cref="AdminException">It is something else, too long, too slow, or no JSON object.</exception>
    public static async Task<JsonObject> ReadAsync(HttpContext context, TimeProvider time, params string[] mediaTypes)
    {
        CheckType(context.Request, mediaTypes);
        return Parse(await ReadBytesAsync(context, time));
    }

    /// <summary>As <see cref="ReadAsync"/>, for calls that need no body.</summary>
    public static async Task<JsonObject> ReadOptionalAsync(HttpContext context, TimeProvider time)
    {
        var bytes = await ReadBytesAsync(context, time);
        if (bytes.Length == 0)
        {
            return [];
        }

        CheckType(context.Request, [Json]);
        return Parse(bytes);
    }

    private static void CheckType(HttpRequest request, string[] mediaTypes)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && mediaTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)
            && (type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            && request.Headers.ContentEncoding.Count == 0)
        {
            return;
        }

        throw new AdminException(new AdminProblem(
            StatusCodes.Status415UnsupportedMediaType,
            ErrorCode.InvalidRequest,
            $"The body must be {string.Join(" or ", mediaTypes)}, in UTF-8 and not compressed; Content-Type has to say so.")
        {
            Fields = [(HttpMethods.IsPatch(request.Method) ? "Accept-Patch" : "Accept", string.Join(", ", mediaTypes))],
        });
    }

    private static async Task<byte[]> ReadBytesAsync(HttpContext context, TimeProvider time)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            throw TooLarge();
        }

        using var slow = new CancellationTokenSource(Timeout, time);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, context.RequestAborted);
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (await context.Request.Body.ReadAsync(buffer, cancellation.Token) is var count and > 0)
            {
                if (body.Length + count > MaxBytes)
                {
                    throw TooLarge();
                }

                body.Write(buffer, 0, count);
            }
        }
        catch (OperationCanceledException) when (slow.IsCancellationRequested)
        {
            throw new AdminException(new AdminProblem(StatusCodes.Status408RequestTimeout, ErrorCode.ClientTimeout, $"The body did not come within {Timeout.TotalSeconds} s.")
            {
                Fields = [("Connection", "close")],
            });
        }

        return body.ToArray();
    }

    private static JsonObject Parse(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            if (!document.RootElement.IsUnicode())
            {
                throw NotUnicode();
            }

            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return JsonObject.Create(document.RootElement.Clone())!;
            }
        }
        catch (InvalidOperationException)
        {
            // A name that is not Unicode, which the search for one that stands twice comes upon.
            throw NotUnicode();
        }
        catch (JsonException exception)
        {
            // Its message may quote the body, which may hold what was pasted by mistake.
            throw Invalid($"The body is not JSON, or has a property twice: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }

        throw Invalid("The body must be a JSON object.");
    }

    private static AdminException Invalid(string detail) => new(new AdminProblem(StatusCodes.Status400BadRequest, ErrorCode.InvalidRequest, detail));

    private static AdminException NotUnicode() => Invalid("The body holds text that is not valid Unicode.");

    private static AdminException TooLarge() =>
        new(new AdminProblem(StatusCodes.Status413PayloadTooLarge, ErrorCode.BodyTooLarge, $"The body is longer than {MaxBytes} bytes.")
        {
            Fields = [("Connection", "close")],
        });
}
