using System.Diagnostics;

namespace UltraAI.Gateway.Compare.Load;

/// <summary>WebSockets that each send the next message when the last came back.</summary>
internal static class WebSocketLoad
{
    private const int MessageSize = 200;
    private const int AnswerSize = MessageSize + 4;

    public static async Task<LoadCounts> RunAsync(LoadTarget target, int connections, TimeSpan time)
    {
        // FIN and text, masked with zeros, length in two bytes.
        byte[] message = [0x81, 0x80 | 126, 0, MessageSize, 0, 0, 0, 0, .. Enumerable.Repeat((byte)'x', MessageSize)];
        var counts = new LoadCounts();
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var all = new LoadConnection[connections];
        var runs = Enumerable.Range(0, connections).Select(async number =>
        {
            using var connection = all[number] = new LoadConnection(target);
            await connection.ConnectAsync();
            if (!await connection.UpgradeAsync(target.WebSocketHandshake()))
            {
                counts.AddError();
                return;
            }

            while (Stopwatch.GetTimestamp() < end)
            {
                var began = Stopwatch.GetTimestamp();
                if (!await connection.EchoAsync(message, AnswerSize))
                {
                    counts.AddError();
                    return;
                }

                counts.Add(Stopwatch.GetElapsedTime(began));
            }
        });
        await ClosedLoad.WithinAsync(Task.WhenAll(runs), time + TimeSpan.FromSeconds(10), all);
        return counts;
    }
}
