using System.Net;

namespace UltraAI.Gateway.Transport;

/// <summary>A response's content with a <see cref="ProviderStream"/> around its stream.</summary>
internal sealed class ProviderContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly ProviderCall _call;

    public ProviderContent(HttpContent inner, ProviderCall call)
    {
        _inner = inner;
        _call = call;
        WholeContent.CopyFields(inner, this);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() =>
        new ProviderStream(await _inner.ReadAsStreamAsync(), _call);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var source = await CreateContentReadStreamAsync();
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
            _inner.Dispose();
            _call.ResponseReleased();
        }

        base.Dispose(disposing);
    }
}
