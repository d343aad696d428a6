using UltraAI.Gateway.Admission;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Bounds what all bodies that a policy has to look at hold together: <c>Gateway:Inspection:MaxTotalBytes</c>.</summary>
internal sealed class HeldBodies
{
    private long _bytes;

    /// <summary>Bytes that are held now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <returns>False if there is no room; then nothing was taken.</returns>
    public bool TryTake(long bytes, InspectionOptions options)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= options.MaxTotalBytes)
        {
            return true;
        }

        GiveBack(bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
