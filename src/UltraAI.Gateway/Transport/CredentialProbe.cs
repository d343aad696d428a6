using System.Net;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

/// <summary>What a provider says to the gateway's own question whether it accepts a credential.</summary>
internal enum ProbeVerdict
{
    /// <summary>Nothing: it could not be reached, or its answer says neither.</summary>
    Unknown,

    /// <summary>Yes.</summary>
    Accepted,

    /// <summary>No.</summary>
    Rejected,
}

/// <summary>Asks a provider itself whether it accepts one of the gateway's credentials: its list of models, without any of a client's fields.</summary>
/// <remarks>
/// A 401 may also be about what the client sent, such as an organization that does not exist. A credential is asked about at
/// most once a minute; those who come meanwhile share the answer.
/// </remarks>
internal sealed class CredentialProbe(PoolReporter reporter, TransportOptions options, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxLimit = TimeSpan.FromSeconds(10);
    private const int MaxBodyBytes = 16 * 1024;

    // Half of what a call has: the one that waits for the answer must not run out of time meanwhile.
    private readonly TimeSpan _limit = options.Timeout / 2 < MaxLimit ? options.Timeout / 2 : MaxLimit;

    /// <summary>Whether a credential may be asked about again.</summary>
    public bool IsDue(CredentialState credential) =>
        credential.Probe.Verdict is not { IsCompleted: false } && time.GetElapsedTime(credential.Probe.AskedAt) > Interval;

    /// <param name="invoker">What asks.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="destination">Which of its destinations is asked.</param>
    /// <param name="credential">The credential in question.</param>
    /// <param name="cancellationToken">Ends the waiting, not the question.</param>
    public Task<ProbeVerdict> AskAsync(ProviderInvoker invoker, Provider provider, Destination destination, CredentialState credential, CancellationToken cancellationToken)
    {
        var answer = credential.Probe;
        lock (answer)
        {
            if (answer.Verdict is null || (answer.Verdict.IsCompleted && time.GetElapsedTime(answer.AskedAt) > Interval))
            {
                answer.AskedAt = time.GetTimestamp();

                // Not on the caller's thread, nor with the caller's token: others may wait for the same answer.
                answer.Verdict = Task.Run(() => FindOutAsync(invoker, provider, destination, credential), CancellationToken.None);
            }

            return answer.Verdict.WaitAsync(cancellationToken);
        }
    }

    private async Task<ProbeVerdict> FindOutAsync(ProviderInvoker invoker, Provider provider, Destination destination, CredentialState credential)
    {
        var verdict = await AskAsync(invoker, provider, destination, credential);
        if (verdict == ProbeVerdict.Rejected && credential.Reject())
        {
            reporter.Rejected(provider, credential);
        }
        else if (verdict == ProbeVerdict.Accepted && credential.Accept())
        {
            reporter.Accepted(provider, credential);
        }

        return verdict;
    }

    private async Task<ProbeVerdict> AskAsync(ProviderInvoker invoker, Provider provider, Destination destination, CredentialState credential)
    {
        var call = new ProviderCall(provider, provider.TargetOf(provider.Kind.ProbeTarget), time, reporter: null) { NeedsNoPlace = true };
        call.Choose(destination, credential, counts: false);
        using var limit = new CancellationTokenSource(_limit, time);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, destination.BaseUri)
            {
                Version = options.HttpVersion == "2" ? HttpVersion.Version20 : HttpVersion.Version11,
            };
            request.Options.Set(ProviderCall.Key, call);
            foreach (var (name, value) in provider.Kind.ProbeFields)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await invoker.SendAsync(request, limit.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return ProbeVerdict.Accepted;
            }

            var body = await response.ReadStartAsync(MaxBodyBytes, call.Clock.Token);
            return provider.Kind.RejectsCredential((int)response.StatusCode, body.Span) ? ProbeVerdict.Rejected : ProbeVerdict.Unknown;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return ProbeVerdict.Unknown;
        }
        finally
        {
            call.End();
        }
    }

    /// <summary>The last answer about one credential.</summary>
    internal sealed class Answer
    {
        public long AskedAt { get; set; }

        public Task<ProbeVerdict>? Verdict { get; set; }
    }
}
