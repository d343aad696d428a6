using System.Net;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>A response's content whose first part has been looked at: it is read again from its first byte.</summary>
internal sealed class StartedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly StartedStream _stream;

    private StartedContent(HttpContent inner, StartedStream stream)
    {
        _inner = inner;
        _stream = stream;
        WholeContent.CopyFields(inner, this);
    }

    /// <summary>Puts it in the place of a response's content, to be looked at.</summary>
    /// <param name="response">The response.</param>
    /// <param name="limit">How much can be looked at.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<StartedStream> OpenAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        var stream = new StartedStream(await response.Content.ReadAsStreamAsync(cancellationToken), limit, cancellationToken);
        response.Content = new StartedContent(response.Content, stream);
        return stream;
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(_stream);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var source = _stream;
        await source.CopyToAsync(stream);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
