namespace UltraAI.Gateway.Transport.Pools;

/// <summary>Tells the other instances that a credential rests. Never waits.</summary>
internal interface ICredentialRests
{
    /// <param name="provider">The provider's name.</param>
    /// <param name="credential">The credential.</param>
    /// <param name="model">Null: for all models.</param>
    /// <param name="length">For how long.</param>
    void Tell(string provider, CredentialState credential, string? model, TimeSpan length);
}

/// <summary>For one instance alone.</summary>
internal sealed class EmbeddedCredentialRests : ICredentialRests
{
    public void Tell(string provider, CredentialState credential, string? model, TimeSpan length)
    {
    }
}
