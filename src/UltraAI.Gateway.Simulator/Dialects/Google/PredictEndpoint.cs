using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects.Google;

/// <summary>predict, which makes pictures.</summary>
internal static class PredictEndpoint
{
    private const int MostPictures = 4;

    public static Task HandleAsync(SimulatedCall call)
    {
        var body = call.JsonBody();
        var count = Math.Clamp(body.Object("parameters").Int("sampleCount") ?? 1, 1, MostPictures);
        var predictions = Enumerable.Range(0, count).Select(_ => new JsonObject { ["mimeType"] = "image/png", ["bytesBase64Encoded"] = SampleMedia.PngBase64 });
        return call.Answer.JsonAsync(new JsonObject { ["predictions"] = Json.Array(predictions) });
    }
}
