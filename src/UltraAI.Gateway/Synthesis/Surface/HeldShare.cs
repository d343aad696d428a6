using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Forwarding;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>What one request of /ultra holds of the bound for all bodies, until it is disposed: when it has been answered, and its run has ended.</summary>
/// <remarks>All that a run may need is taken before it begins, so that runs never wait for each other in the middle.</remarks>
internal sealed class HeldShare(HeldBodies held, InspectionOptions options) : IDisposable
{
    private long _taken;

    public InspectionOptions Options => options;

    /// <returns>False if there is no room; then nothing was taken.</returns>
    public bool TryTake(long bytes)
    {
        if (!held.TryTake(bytes, options, isForReplay: false))
        {
            return false;
        }

        _taken += bytes;
        return true;
    }

    /// <summary>Takes what it holds as many times again. What is more than the bound of all may still run, alone.</summary>
    /// <returns>False if there is no room; then nothing more was taken.</returns>
    public bool TryTakeMore(int times) => TryTake(Math.Min(_taken * times, options.MaxTotalBytes - _taken));

    public void Dispose() => held.GiveBack(_taken);
}
