using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace UltraAI.Gateway.Metering;

/// <summary>Finds what matters to JSON's structure, 32 bytes at a time.</summary>
internal static class JsonMarks
{
    /// <summary>The quotes, backslashes and brackets among the next 32 bytes, a bit for each; a few other bytes too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint In(ReadOnlySpan<byte> json)
    {
        Vector256<byte> bytes;
        if (json.Length >= Vector256<byte>.Count)
        {
            bytes = Vector256.Create(json);
        }
        else
        {
            Span<byte> padded = stackalloc byte[Vector256<byte>.Count];
            padded.Clear();
            json.CopyTo(padded);
            bytes = Vector256.Create((ReadOnlySpan<byte>)padded);
        }

        // With bit 5 set, [ \ ] are { | }: three neighbours.
        var brackets = (bytes | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'{');
        return (Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.LessThanOrEqual(brackets, Vector256.Create((byte)2))).ExtractMostSignificantBits();
    }
}
