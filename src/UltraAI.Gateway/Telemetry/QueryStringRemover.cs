using System.Diagnostics;
using OpenTelemetry;

namespace UltraAI.Gateway.Telemetry;

/// <summary>Cuts the query off every URL in a span: Google's SDKs may carry a key there, and signed URLs are secrets too.</summary>
internal sealed class QueryStringRemover : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem("url.query") is not null)
        {
            data.SetTag("url.query", null);
        }

        if (data.GetTagItem("url.full") is string url && url.IndexOf('?', StringComparison.Ordinal) is var at and >= 0)
        {
            data.SetTag("url.full", url[..at]);
        }
    }
}
