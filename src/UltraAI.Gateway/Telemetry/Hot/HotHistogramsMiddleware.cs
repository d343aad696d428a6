namespace UltraAI.Gateway.Telemetry.Hot;

/// <summary>Puts the histograms that OpenTelemetry has not added up behind what its Prometheus exporter writes.</summary>
internal sealed class HotHistogramsMiddleware(RequestDelegate next, HotHistograms histograms)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!histograms.IsOn)
        {
            await next(context);
            return;
        }

        // The exporter would compress what has to be added to.
        context.Request.Headers.AcceptEncoding = default;
        var body = context.Response.Body;
        context.Response.Body = new OpenEnded(body);
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = body;
        }

        if (context.Response.StatusCode != StatusCodes.Status200OK)
        {
            return;
        }

        var isOpenMetrics = context.Response.ContentType?.StartsWith("application/openmetrics-text", StringComparison.Ordinal) == true;
        foreach (var family in histograms.Families)
        {
            HotHistogramsText.Write(context.Response.BodyWriter, family, isOpenMetrics);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }

        if (isOpenMetrics)
        {
            await body.WriteAsync(OpenEnded.End, context.RequestAborted);
        }
    }

    /// <summary>Passes on all but the mark of the end, which the exporter writes with its last piece.</summary>
    private sealed class OpenEnded(Stream inner) : Stream
    {
        public static readonly ReadOnlyMemory<byte> End = "# EOF\n"u8.ToArray();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer.Span.EndsWith(End.Span) ? buffer[..^End.Length] : buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
