using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Transport;

/// <summary>The credentials of all providers and all virtual keys, as they are in force now.</summary>
internal sealed class KnownSecrets(IProviderSource providers, IVirtualKeySource keys) : ISecretMask
{
    public string Mask(string text)
    {
        foreach (var provider in providers.Providers.All)
        {
            foreach (var credential in provider.Credentials)
            {
                if (credential.IsIn(text))
                {
                    text = credential.Masked(text);
                }
            }
        }

        return VirtualKeyMask.Mask(text, keys.VirtualKeys);
    }
}
