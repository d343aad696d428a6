namespace UltraAI.Gateway.Simulator.Content;

/// <summary>The pictures and sounds of the simulated models.</summary>
internal static class SampleMedia
{
    private const string OnePixelPng = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    public static string PngBase64 => OnePixelPng;

    public static byte[] Png() => Convert.FromBase64String(OnePixelPng);

    /// <summary>Bytes that begin like an MP3 file; longer for longer text.</summary>
    public static byte[] Sound(string text)
    {
        var random = new SeededRandom(Fnv.Hash(text));
        var sound = new byte[4096 + (64 * Math.Min(text.Length, 4096))];
        for (var i = 0; i < sound.Length; i++)
        {
            sound[i] = (byte)random.Next(256);
        }

        "ID3"u8.CopyTo(sound);
        return sound;
    }
}
