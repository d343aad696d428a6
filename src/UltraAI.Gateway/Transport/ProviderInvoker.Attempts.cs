using System.Net;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Transport;

/// <summary>Step 5: which destination and credential an attempt gets, what it says about them, and whether another one follows.</summary>
/// <remarks>
/// <code>
/// 429, 401                          → the next credential, at the same destination
/// 502, 503, 504, 529, no connection → the next destination, with the same credential
/// everything else, 500 included     → the client
/// </code>
/// All of it before the first byte goes to the client, and only while the body can be sent again.
/// </remarks>
internal sealed partial class ProviderInvoker
{
    private const int OverloadedStatus = 529; // Anthropic's
    private const int MaxErrorBytes = 16 * 1024;

    // How long the text of a 429 is waited for: it says whether the quota is spent.
    private static readonly TimeSpan ErrorPatience = TimeSpan.FromSeconds(1);

    /// <summary>Asks the provider itself about the credential that a call was made with.</summary>
    public Task<ProbeVerdict> ProbeAsync(ProviderCall call, CancellationToken cancellationToken) =>
        probe.AskAsync(this, call.Provider, call.Destination!, call.Credential!, cancellationToken);

    /// <returns>What the call can choose from; null where it has no choice, or its maker has made it.</returns>
    private Attempts? AttemptsOf(ProviderCall call)
    {
        if (call.Destination is not null)
        {
            return null;
        }

        var pool = pools.Of(call.Provider);
        if (pool.HasChoice)
        {
            return new Attempts(pool);
        }

        call.Choose(pool.Destinations[0], pool.Credentials.Length > 0 ? pool.Credentials[0] : null, counts: false);
        return null;
    }

    private void Choose(ProviderCall call, Attempts? attempts)
    {
        if (attempts is not null)
        {
            ChooseOf(attempts.Pool, call, attempts);
        }
        else if (!call.Destination!.Circuit.Allows)
        {
            // Before it waits for a place.
            throw Refuse(call, CircuitOpen(call.Destination.Circuit.RetryAfter));
        }
    }

    private void ChooseOf(ProviderPool pool, ProviderCall call, Attempts attempts)
    {
        var credential = attempts.Credential;
        if (credential is null && pool.Credentials.Length > 0)
        {
            credential = pool.ChooseCredential(call.AllowedCredentials, call.Facts?.Model, attempts.TriedCredentials, out var rest)
                ?? throw Refuse(call, rest is { } left ? CredentialsResting(left) : NoCredential(call));
        }

        var destination = attempts.Destination ?? pool.ChooseDestination(attempts.TriedDestinations) ?? throw Refuse(call, CircuitOpen(pool.RetryAfter));
        call.Choose(destination, credential, counts: true);
        foreach (var other in pool.Credentials)
        {
            if (other.IsRejected && probe.IsDue(other))
            {
                _ = probe.AskAsync(this, call.Provider, destination, other, CancellationToken.None);
            }
        }
    }

    private static void Address(ProviderCall call, HttpRequestMessage request, int attempt)
    {
        request.RequestUri = call.Destination!.UriOf(call.Target, call.Shard);
        if (call.Shard != 0 || attempt > 1)
        {
            request.Headers.Host = call.Shard == 0 ? null : call.Destination.HostField;
        }

        if (call.Credential is { } credential)
        {
            var field = call.Provider.Kind.CredentialFieldFor(call.Provider.PathOf(call.Target), call.Provider.BasePath.Length);
            if (attempt > 1)
            {
                request.Headers.Remove(field.Name);
            }

            credential.Credential.WriteTo(request.Headers, field);
        }
    }

    private void Count(ProviderCall call, AttemptVerdict verdict, bool isProbe)
    {
        var destination = call.Destination!;
        if (destination.Circuit.Count(verdict, isProbe))
        {
            reporter.CircuitChanged(call.Provider, destination);
        }
    }

    private static AttemptVerdict VerdictOn(HttpResponseMessage response) => (int)response.StatusCode
        is 500 or 502 or 503 or 504 or OverloadedStatus ? AttemptVerdict.Fails : AttemptVerdict.Works;

    private static AttemptVerdict VerdictOn(ProviderCall call, Exception exception)
    {
        if (call.Clock.HasExpired)
        {
            return call.StalledBy == StalledBy.Client ? AttemptVerdict.Nothing : AttemptVerdict.Fails;
        }

        return call.HasFailed || call.IsAborted || exception is not (HttpRequestException or IOException) ? AttemptVerdict.Nothing : AttemptVerdict.Fails;
    }

    /// <summary>Whether a failed attempt is followed by one at another destination, or by one more at the same.</summary>
    private bool MayTryAgain(ProviderCall call, HttpRequestMessage request, Exception exception, Attempts? attempts, int attempt)
    {
        if (exception is not HttpRequestException failure || !MayRepeat(call, request, failure))
        {
            return false;
        }

        if (attempts?.HasOtherDestination(call) == true)
        {
            attempts.LeaveDestination(call);
            reporter.FailedOver(call.Provider, FailoverReason.Unreachable);
            return true;
        }

        attempts?.Stay(call);
        return attempt == 1;
    }

    /// <summary>A failure before any byte of the request was written is repeated; one after that only where it can do no harm.</summary>
    private static bool MayRepeat(ProviderCall call, HttpRequestMessage request, HttpRequestException exception)
    {
        if (call.Clock.Token.IsCancellationRequested || call.RequestBody is not (RequestBodyState.Done or RequestBodyState.NotStarted))
        {
            return false;
        }

        var nothingWasWritten = exception.HttpRequestError
            is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

        // Where the connection was closed without an answer, the handler has already repeated a request without content. It has not where the
        // content is empty, and only carries fields such as a Content-Type.
        var isSafe = call.WholeBody is null && call.Body is null
            && (request.Content is not null || exception.HttpRequestError != HttpRequestError.ResponseEnded)
            && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || request.Method == HttpMethod.Options);
        return nothingWasWritten ? request.Content is null || call.RequestBody == RequestBodyState.NotStarted || call.IsReplayable : isSafe;
    }

    // Google says 400 where others say 401.
    private static bool MayGoOn(HttpStatusCode status) => (int)status is 400 or 401 or 429 or 502 or 503 or 504 or OverloadedStatus;

    /// <summary>Whether an answer is dropped for another attempt. What it says about the credential is heeded either way.</summary>
    private ValueTask<bool> GoesOnAsync(ProviderCall call, HttpResponseMessage response, Attempts attempts) => (int)response.StatusCode switch
    {
        429 => attempts.Pool.Credentials.Length > 1 ? RestAsync(call, response, call.IsReplayable && attempts.HasOtherCredential(call)) : ValueTask.FromResult(false),
        400 or 401 => attempts.Pool.Credentials.Length > 1 && call.Provider.Kind.MayRejectCredential((int)response.StatusCode)
            ? IsRejectedAsync(call, response, call.IsReplayable && attempts.HasOtherCredential(call))
            : ValueTask.FromResult(false),
        _ => ValueTask.FromResult(FailsOver(call, attempts)),
    };

    private bool FailsOver(ProviderCall call, Attempts attempts)
    {
        if (!call.IsReplayable || !attempts.HasOtherDestination(call))
        {
            return false;
        }

        reporter.FailedOver(call.Provider, FailoverReason.ProviderError);
        return true;
    }

    private async ValueTask<bool> RestAsync(ProviderCall call, HttpResponseMessage response, bool goesOn)
    {
        if (!goesOn)
        {
            // This head is the call's: it starts the clock again before its body is looked at.
            call.Clock.Restart();
        }

        var rule = RestRule.Read(response, await ReadErrorAsync(call, response), time.GetUtcNow());
        var model = rule.IsForAllModels ? null : call.Facts?.Model;
        if (call.Credential!.Rest(model, rule.Length))
        {
            reporter.Rests(call.Provider, call.Credential, rule.Length, model is null);
            rests.Tell(call.Provider.Name, call.Credential, model, rule.Length);
        }

        if (goesOn)
        {
            reporter.FailedOver(call.Provider, FailoverReason.RateLimited);
        }

        return goesOn;
    }

    private async ValueTask<bool> IsRejectedAsync(ProviderCall call, HttpResponseMessage response, bool goesOn)
    {
        try
        {
            if (response.StatusCode == HttpStatusCode.BadRequest)
            {
                if (!await SaysRejectedAsync(call, response))
                {
                    return false;
                }
            }
            else if (goesOn)
            {
                // To its end, which frees its connection: the probe may need that one.
                await ReadErrorAsync(call, response);
            }

            var verdict = ProbeAsync(call, call.Clock.Token);
            if (!goesOn || await verdict == ProbeVerdict.Accepted)
            {
                // It is about what the client sent.
                return false;
            }
        }
        catch
        {
            response.Dispose();
            throw;
        }

        reporter.FailedOver(call.Provider, FailoverReason.CredentialRejected);
        return true;
    }

    private static async ValueTask<bool> SaysRejectedAsync(ProviderCall call, HttpResponseMessage response)
    {
        var body = await StartedContent.OpenAsync(response, MaxErrorBytes, call.Clock.Token);
        var text = Decode(response, await body.LookAsync(CancellationToken.None));
        return call.Provider.Kind.RejectsCredential((int)response.StatusCode, text.Span);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadErrorAsync(ProviderCall call, HttpResponseMessage response)
    {
        using var patience = new CancellationTokenSource(ErrorPatience, time);
        try
        {
            var body = await StartedContent.OpenAsync(response, MaxErrorBytes, call.Clock.Token);
            return Decode(response, await body.LookAsync(patience.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // Where the answer goes to the client, its reader meets the same.
            return default;
        }
    }

    private static ReadOnlyMemory<byte> Decode(HttpResponseMessage response, ReadOnlyMemory<byte> body) => ContentCodings.Decode(
        response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var coding) ? coding.ToString() : null, body, 4 * MaxErrorBytes, out _);

    private static ProviderCallException Refuse(ProviderCall call, GatewayError error)
    {
        call.Fail(CallOutcome.Refused, error);
        return new ProviderCallException(error, null);
    }

    private static GatewayError CircuitOpen(TimeSpan retryAfter) => new(
        ErrorCode.CircuitOpen, "Most of the last calls to this provider failed; it is left alone for a moment.")
    {
        RetryAfter = retryAfter,
    };

    private static GatewayError CredentialsResting(TimeSpan retryAfter) => new(
        ErrorCode.CredentialsResting, "The provider has limited the rate of every credential that this call could be made with.")
    {
        RetryAfter = retryAfter,
    };

    private static GatewayError NoCredential(ProviderCall call) => new(
        ErrorCode.ProviderNotAllowed, $"The virtual key may use no credential of provider '{call.Provider.Name}' (Credentials).");
}
