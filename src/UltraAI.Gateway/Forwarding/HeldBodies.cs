using UltraAI.Gateway.Admission;

namespace UltraAI.Gateway.Forwarding;

/// <summary>Bounds what all bodies that a policy has to look at, or that may have to be sent again, hold together: <c>Gateway:Inspection:MaxTotalBytes</c>.</summary>
internal sealed class HeldBodies
{
    private long _bytes;

    /// <summary>Bytes that are held now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <param name="bytes">How much to take.</param>
    /// <param name="options">How much there is.</param>
    /// <param name="isForReplay">Whether no policy depends on the body: then half of the room is left to those that one does.</param>
    /// <returns>False if there is no room; then nothing was taken.</returns>
    public bool TryTake(long bytes, InspectionOptions options, bool isForReplay)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= (isForReplay ? options.MaxTotalBytes / 2 : options.MaxTotalBytes))
        {
            return true;
        }

        GiveBack(bytes);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
