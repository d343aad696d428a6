using Microsoft.Extensions.Primitives;

namespace UltraAI.Gateway.Keys;

/// <summary>A change token that is followed by a new one whenever it is raised.</summary>
internal sealed class ChangeSignal
{
    private ConfigurationReloadToken _token = new();

    public IChangeToken Token => Volatile.Read(ref _token);

    public void Raise() => Interlocked.Exchange(ref _token, new ConfigurationReloadToken()).OnReload();
}
