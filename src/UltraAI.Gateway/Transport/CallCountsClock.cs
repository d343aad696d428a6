namespace UltraAI.Gateway.Transport;

/// <summary>Lets each provider's counts be copied once a second.</summary>
internal sealed class CallCountsClock(TransportMetrics metrics, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            metrics.CopyCounts();
        }
    }
}
