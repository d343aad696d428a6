using System.Buffers;
using System.Net.Http.Headers;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>The two kinds of response bodies that are looked at before they go on: errors, for the credential; and Anthropic's batches, for a link.</summary>
/// <remarks>All others pass as they come.</remarks>
internal sealed class ResponseBodies(LinkRewriter links, ProviderInvoker invoker)
{
    // CONTRACT: bodies of errors are searched up to here.
    private const int MaxErrorBytes = 1024 * 1024;
    private const int StreamBufferBytes = 64 * 1024;
    private const int MaxLinkBytes = 8 * 1024 * 1024;
    private const int MaxDecodedBytes = 16 * 1024 * 1024;

    /// <returns>False if the body has been written here; true if it is still to be copied.</returns>
    public ValueTask<bool> ApplyAsync(HttpContext context, HttpResponseMessage response, ForwardedRequest forwarded)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return (int)response.StatusCode == StatusCodes.Status401Unauthorized && forwarded.Call.Credential is not null
                ? new ValueTask<bool>(GuardAsync(context, response, forwarded))
                : ValueTask.FromResult(true);
        }

        if ((int)response.StatusCode >= 400)
        {
            return forwarded.Call.Credential is null ? ValueTask.FromResult(true) : new ValueTask<bool>(GuardAsync(context, response, forwarded));
        }

        if (forwarded.AsksForUsage && response.IsSuccessStatusCode && IsPlainStream(response.Content.Headers.NonValidated))
        {
            return new ValueTask<bool>(PassWithoutUsageAsync(context, response, forwarded.Call));
        }

        if ((int)response.StatusCode == StatusCodes.Status200OK
            && forwarded.Provider.LinkPropertyIn(forwarded.Call.Target) is { } property
            && response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            return new ValueTask<bool>(RewriteLinksAsync(context, response, forwarded, property));
        }

        return ValueTask.FromResult(true);
    }

    // Asked for a plain stream, a provider may still answer with JSON or under a content coding: there is no chunk that could be found in those.
    private static bool IsPlainStream(HttpHeadersNonValidated fields) =>
        !(fields.TryGetValues("Content-Encoding", out var coding) && !coding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
        && !(fields.TryGetValues("Content-Type", out var type) && type.ToString().Contains("json", StringComparison.OrdinalIgnoreCase));

    /// <summary>Passes a stream on, without the chunk that only the gateway has asked for.</summary>
    private static async Task<bool> PassWithoutUsageAsync(HttpContext context, HttpResponseMessage response, ProviderCall call)
    {
        context.Response.ContentLength = null;
        using var filter = new UsageChunkFilter();
        byte[]? buffer = null;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(context.RequestAborted);
            var client = context.Response.BodyWriter;
            while (true)
            {
                // Nothing is held while nothing comes: there may be thousands of silent streams.
                var available = stream.ReadAsync(Memory<byte>.Empty, context.RequestAborted);
                if (!available.IsCompletedSuccessfully && buffer is not null)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }

                await available;
                buffer ??= ArrayPool<byte>.Shared.Rent(StreamBufferBytes);
                var count = await stream.ReadAsync(buffer, context.RequestAborted);
                if (count == 0)
                {
                    break;
                }

                filter.Write(buffer.AsSpan(0, count), client);
                await client.FlushAsync(context.RequestAborted);
            }

            filter.Complete(client);
            await client.FlushAsync(context.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // What the transport saw first counts; otherwise it was the client. Either way the client must see a broken transfer.
            call.Fail(CallOutcome.Cancelled, null);
            context.Abort();
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return false;
    }

    private async Task<bool> GuardAsync(HttpContext context, HttpResponseMessage response, ForwardedRequest forwarded)
    {
        var provider = forwarded.Provider;
        var credential = forwarded.Call.Credential!.Credential;
        var aborted = context.RequestAborted;
        forwarded.HoldsHead = true;

        await using var stream = await response.Content.ReadAsStreamAsync(aborted);
        var (body, hasMore) = await ReadAsync(stream, MaxErrorBytes, aborted);
        await LeaveEventThreadAsync(body.Length, context.Response.Headers.ContentEncoding.Count);
        var text = ContentCodings.Decode(context.Response.Headers.ContentEncoding, body, MaxDecodedBytes, out var isWhole);

        if (provider.Kind.RejectsCredential((int)response.StatusCode, text ?? body))
        {
            forwarded.Call.Clock.Restart();
            if (await invoker.ProbeAsync(forwarded.Call, aborted) != ProbeVerdict.Accepted)
            {
                await RejectAsync(context, provider, credential.Name);
                return false;
            }
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return false;
        }

        if (text is null || (!isWhole && !hasMore))
        {
            // Nobody can say what is in it, so nobody gets it. The status and the fields still tell what happened.
            await WriteWholeAsync(context, "The provider's error text is in a content coding that the gateway can't search for credentials."u8.ToArray(), "text/plain");
        }
        else if (!credential.IsIn(text))
        {
            await context.Response.Body.WriteAsync(body, aborted);
            await CopyRestAsync(stream, context, hasMore);
        }
        else if (hasMore && !context.Response.Headers.ContentEncoding.Equals(Microsoft.Extensions.Primitives.StringValues.Empty))
        {
            // Its first part can't be changed without the rest, so the rest is left out.
            await WriteWholeAsync(context, credential.Masked(text), contentType: null);
        }
        else if (hasMore)
        {
            context.Response.ContentLength = null;
            await context.Response.Body.WriteAsync(credential.Masked(text), aborted);
            await CopyRestAsync(stream, context, hasMore);
        }
        else
        {
            await WriteWholeAsync(context, credential.Masked(text), contentType: null);
        }

        return false;
    }

    private async Task<bool> RewriteLinksAsync(HttpContext context, HttpResponseMessage response, ForwardedRequest forwarded, string property)
    {
        var aborted = context.RequestAborted;
        forwarded.HoldsHead = true;

        await using var stream = await response.Content.ReadAsStreamAsync(aborted);
        var (body, hasMore) = await ReadAsync(stream, MaxLinkBytes, aborted);
        await LeaveEventThreadAsync(body.Length, context.Response.Headers.ContentEncoding.Count);
        var text = hasMore ? null : ContentCodings.Decode(context.Response.Headers.ContentEncoding, body, MaxDecodedBytes, out _);
        var rewritten = text is null ? null : JsonLinks.Rewrite(text, property, url => links.Rewrite(context, forwarded.Provider, url));
        if (rewritten is null)
        {
            await context.Response.Body.WriteAsync(body, aborted);
            await CopyRestAsync(stream, context, hasMore);
        }
        else
        {
            await WriteWholeAsync(context, rewritten, contentType: null);
        }

        return false;
    }

    // Decoding and searching much is no work for the thread that serves the sockets.
    private static async ValueTask LeaveEventThreadAsync(int bytes, int codings)
    {
        if (bytes > 64 * 1024 || codings > 0)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    private static Task RejectAsync(HttpContext context, Provider provider, string credential) => ErrorResponse.WriteAsync(
        context,
        new GatewayError(
            ErrorCode.ProviderKeyRejected,
            $"The provider refused the gateway's own credential '{credential}' (Gateway:Providers:{provider.Name}:Credentials). Your virtual key is fine; whoever runs the gateway has to renew that credential.")
        {
            MayRetry = false,
        },
        provider.Kind.ErrorRenderer);

    private static async Task WriteWholeAsync(HttpContext context, byte[] body, string? contentType)
    {
        var response = context.Response;
        response.Headers.Remove("Content-Encoding");
        response.ContentLength = body.Length;
        if (contentType is not null)
        {
            response.ContentType = contentType;
        }

        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static async Task CopyRestAsync(Stream stream, HttpContext context, bool hasMore)
    {
        if (hasMore)
        {
            await stream.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    private static async Task<(byte[] Body, bool HasMore)> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        var body = new byte[4096];
        var length = 0;
        while (true)
        {
            var count = await stream.ReadAsync(body.AsMemory(length), cancellationToken);
            if (count == 0)
            {
                return (body.AsSpan(0, length).ToArray(), HasMore: false);
            }

            length += count;
            if (length == limit)
            {
                return (body, HasMore: true);
            }

            if (length == body.Length)
            {
                Array.Resize(ref body, Math.Min(limit, body.Length * 2));
            }
        }
    }
}
