using Microsoft.Net.Http.Headers;
using UltraAI.Gateway.Admin;
using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Dashboard;

/// <summary><c>GET /dashboard/…</c>: the pages and what they are made of.</summary>
internal sealed class PageEndpoint(PageFiles files)
{
    private const string Root = "/dashboard/";

    private static readonly AdminProblem NotFound = new(StatusCodes.Status404NotFound, ErrorCode.NotFound, "The dashboard has no such file.");

    public async Task GetAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path.Length < Root.Length)
        {
            // What pages load is named relative to them.
            context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            context.Response.Headers.Location = Root;
            return;
        }

        await (await files.FindAsync(path.Length == Root.Length ? "index.html" : path[Root.Length..]) is { } file
            ? WriteAsync(context, file)
            : NotFound.WriteAsync(context));
    }

    private static Task WriteAsync(HttpContext context, PageFile file)
    {
        var (request, response) = (context.Request, context.Response);
        var isCompressed = file.Compressed is not null && AcceptsGzip(request);
        var bytes = isCompressed ? file.Compressed! : file.Bytes;
        var tag = new EntityTagHeaderValue(isCompressed ? $"\"{file.Hash}-gzip\"" : $"\"{file.Hash}\"");

        // Kept, and asked about each time: an upgrade shows at once, and what has not changed costs a few bytes.
        response.Headers.CacheControl = "no-cache";
        response.Headers.ETag = tag.ToString();
        if (file.Compressed is not null)
        {
            response.Headers.Vary = "Accept-Encoding";
        }

        if (EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
            && known.Any(other => other.Equals(EntityTagHeaderValue.Any) || other.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = file.ContentType;
        response.ContentLength = bytes.Length;
        if (isCompressed)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings)
        && codings.Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is null or > 0);
}
