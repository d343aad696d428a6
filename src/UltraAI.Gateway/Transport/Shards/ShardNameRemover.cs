using System.Diagnostics;
using OpenTelemetry;

namespace UltraAI.Gateway.Transport.Shards;

/// <summary>Writes a span's URL with the provider's real name. All other tags have it by the Host field.</summary>
internal sealed class ShardNameRemover : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem("url.full") is string url
            && Uri.TryCreate(url, UriKind.Absolute, out var uri)
            && ShardName.Read(uri.IdnHost) is { Shard: > 0, Host: var host })
        {
            data.SetTag("url.full", url.Replace(uri.IdnHost, host, StringComparison.Ordinal));
        }
    }
}
