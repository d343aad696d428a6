using System.Net;
using System.Runtime.CompilerServices;

namespace UltraAI.Gateway.Transport;

/// <summary>Asks a provider itself whether it accepts the gateway's credential: its list of models, without any of a client's fields.</summary>
/// <remarks>
/// A 401 may also be about what the client sent, such as an organization that does not exist. A credential is asked about at
/// most once a minute; those who come meanwhile share the answer.
/// </remarks>
internal sealed class CredentialProbe(ProviderInvoker invoker, TransportOptions options, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxLimit = TimeSpan.FromSeconds(10);

    // Half of what a call has: the one that waits for the answer must not run out of time meanwhile.
    private readonly TimeSpan _limit = options.Timeout / 2 < MaxLimit ? options.Timeout / 2 : MaxLimit;

    // Goes with the provider's object, which a reload replaces.
    private readonly ConditionalWeakTable<Provider, Answer> _answers = [];

    public Task<bool> IsAcceptedAsync(Provider provider, CancellationToken cancellationToken)
    {
        var answer = _answers.GetOrCreateValue(provider);
        lock (answer)
        {
            if (answer.IsAccepted is null || (answer.IsAccepted.IsCompleted && time.GetElapsedTime(answer.AskedAt) > Interval))
            {
                answer.AskedAt = time.GetTimestamp();

                // Not on the caller's thread, nor with the caller's token: others may wait for the same answer.
                answer.IsAccepted = Task.Run(() => AskAsync(provider), CancellationToken.None);
            }

            return answer.IsAccepted.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> AskAsync(Provider provider)
    {
        var call = new ProviderCall(provider, provider.TargetOf(provider.Kind.ProbeTarget), time, reporter: null);
        using var limit = new CancellationTokenSource(_limit, time);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, provider.BaseUri)
            {
                Version = options.HttpVersion == "2" ? HttpVersion.Version20 : HttpVersion.Version11,
            };
            request.Options.Set(ProviderCall.Key, call);
            foreach (var (name, value) in provider.Kind.ProbeFields)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await invoker.SendAsync(request, limit.Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            call.End();
        }
    }

    private sealed class Answer
    {
        public long AskedAt { get; set; }

        public Task<bool>? IsAccepted { get; set; }
    }
}
