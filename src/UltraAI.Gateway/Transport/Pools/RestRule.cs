using UltraAI.Gateway.Providers.Chat;

namespace UltraAI.Gateway.Transport.Pools;

/// <summary>What a provider's 429 means for the credential that it was said to.</summary>
/// <param name="Length">How long it rests.</param>
/// <param name="IsForAllModels">Whether it rests for every model: its quota is spent.</param>
internal readonly record struct RestRule(TimeSpan Length, bool IsForAllModels)
{
    // Where the provider does not say how long: long enough to spare it, short enough to be used again soon.
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(5);

    /// <param name="response">The answer.</param>
    /// <param name="body">Its body, decoded, or the first part of it.</param>
    /// <param name="now">The time that a date is held against.</param>
    public static RestRule Read(HttpResponseMessage response, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        var error = ProviderError.Read(body);
        var said = (response.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? RetryAfterField.Read(values.ToString(), now) : null) ?? error.RetryAfter;

        // OpenAI's, and that of all who speak like it. It takes a payment, or the next month, to go away.
        var isSpent = error.Code == "insufficient_quota" || error.Type == "insufficient_quota";
        return new RestRule(said ?? (isSpent ? CredentialState.LongestRest : Usual), isSpent);
    }
}
