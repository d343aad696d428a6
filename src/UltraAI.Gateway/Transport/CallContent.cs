using UltraAI.Gateway.Metering.Content;
using UltraAI.Gateway.Telemetry;

namespace UltraAI.Gateway.Transport;

/// <summary>Takes the content of the calls that are drawn for it.</summary>
internal sealed class CallContent(ContentLog log, TimeProvider time)
{
    public bool IsOn => log.Settings is { Target: not LogTarget.Off };

    /// <summary>Draws lots for a call whose body is attached.</summary>
    public void Begin(ProviderCall call, string key, string? requestId)
    {
        if (!log.TryDraw())
        {
            return;
        }

        call.Content = new ContentSample(log.Settings.MaxBytes)
        {
            At = time.GetUtcNow(),
            Key = key,
            Provider = call.Provider.Name,
            Model = call.Facts?.Model,
            RequestId = requestId,
            IsRequestStreamed = call.Body is not null,
        };
        if (call.WholeBody is { } body)
        {
            call.Content.TakeRequest(body);
        }
    }

    /// <summary>The call has ended.</summary>
    public void End(ProviderCall call)
    {
        if (call.Content is { } sample)
        {
            call.Content = null;
            sample.Status = call.StatusCode;
            sample.Outcome = TransportMetrics.NameOf(call.Outcome);
            log.Write(sample);
        }
    }
}
