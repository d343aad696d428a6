using System.Buffers.Binary;

namespace UltraAI.Gateway.Simulator.Content;

/// <summary>Deterministic embeddings: equal texts have equal vectors of length 1.</summary>
internal static class UnitVector
{
    public static float[] Of(string text, int dimensions)
    {
        var random = new SeededRandom(Fnv.Hash(text));
        var vector = new float[dimensions];
        var squares = 0.0;
        for (var i = 0; i < dimensions; i++)
        {
            var value = (2 * random.NextDouble()) - 1;
            vector[i] = (float)value;
            squares += value * value;
        }

        var length = (float)Math.Sqrt(squares);
        for (var i = 0; i < dimensions; i++)
        {
            vector[i] /= length;
        }

        return vector;
    }

    /// <summary>The vector as base64 of little-endian floats.</summary>
    public static string Base64(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return Convert.ToBase64String(bytes);
    }
}
