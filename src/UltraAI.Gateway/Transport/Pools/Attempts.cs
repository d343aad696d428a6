using System.Net;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>What a call has tried by now.</summary>
/// <param name="pool">Where it chooses from.</param>
internal sealed class Attempts(ProviderPool pool)
{
    public ProviderPool Pool => pool;

    public ulong TriedDestinations { get; private set; }

    public ulong TriedCredentials { get; private set; }

    /// <summary>Where the next attempt goes; null: one that was not tried.</summary>
    public Destination? Destination { get; private set; }

    /// <summary>What the next attempt presents; null: one that was not tried.</summary>
    public CredentialState? Credential { get; private set; }

    public bool HasOtherDestination(ProviderCall call) =>
        pool.Destinations.Length > 1 && pool.ChooseDestination(TriedDestinations | BitOf(call.Destination!)) is not null;

    public bool HasOtherCredential(ProviderCall call) =>
        pool.Credentials.Length > 1
        && pool.ChooseCredential(call.AllowedCredentials, call.Facts?.Model, TriedCredentials | BitOf(call.Credential!), out _) is { IsRejected: false };

    /// <summary>The next attempt is the same again.</summary>
    public void Stay(ProviderCall call)
    {
        Destination = call.Destination;
        Credential = call.Credential;
    }

    /// <summary>The next attempt goes to another destination.</summary>
    public void LeaveDestination(ProviderCall call)
    {
        TriedDestinations |= BitOf(call.Destination!);
        Destination = null;
        Credential = call.Credential;
    }

    /// <summary>The next attempt is what this answer calls for.</summary>
    public void Leave(ProviderCall call, HttpStatusCode status)
    {
        if (status is HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest)
        {
            TriedCredentials |= BitOf(call.Credential!);
            Credential = null;
            Destination = call.Destination;
        }
        else
        {
            LeaveDestination(call);
        }
    }

    private ulong BitOf(Destination destination) => 1UL << pool.IndexOf(destination);

    private ulong BitOf(CredentialState credential) => 1UL << pool.IndexOf(credential);
}
